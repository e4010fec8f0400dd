// Nonces whose SHA-256 of "quern" and eight hexadecimal digits begins with a small word; counted by an atomic.
__constant uint k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint turned(uint x, uint by) { return rotate(x, 32u - by); }

uint first_word(const uchar message[13]) {
  uint w[64];
  for (int i = 0; i < 16; ++i) w[i] = 0;
  for (int i = 0; i < 13; ++i) w[i / 4] |= (uint)message[i] << (24 - 8 * (i % 4));
  w[3] |= 0x80u << 16;
  w[15] = 13 * 8;
  for (int i = 16; i < 64; ++i) {
    const uint a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (turned(a, 7) ^ turned(a, 18) ^ (a >> 3)) + w[i - 7] + (turned(b, 17) ^ turned(b, 19) ^ (b >> 10));
  }
  uint s[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (int i = 0; i < 64; ++i) {
    const uint one = s[7] + (turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
                     k[i] + w[i];
    const uint two = (turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22)) +
                     ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    for (int j = 7; j > 0; --j) s[j] = s[j - 1];
    s[4] += one;
    s[0] = one + two;
  }
  return s[0] + 0x6a09e667;
}

__kernel void search(__global uint* count, __global uint* hits, uint hits_max, uint limit) {
  const uint nonce = get_global_id(0);
  uchar message[13] = {'q', 'u', 'e', 'r', 'n'};
  for (int i = 0; i < 8; ++i) {
    const uint digit = (nonce >> (28 - 4 * i)) & 15;
    message[5 + i] = digit < 10 ? '0' + digit : 'a' + digit - 10;
  }
  if (first_word(message) >= limit) return;
  const uint at = atomic_inc(count);
  if (at < hits_max) hits[at] = nonce;
}
