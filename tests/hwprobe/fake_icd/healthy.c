// Nothing wrong with it: the other fakes differ from this one by their fault alone.
#include "fake_icd.h"
