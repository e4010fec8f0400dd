// Counts four billion devices.
#define FAKE_DEVICE_COUNT 0xffffffffu
#include "fake_icd.h"
