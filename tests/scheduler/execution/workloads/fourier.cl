// One stage of Stockham's radix-2 transform; log2(n) stages, from buffer to buffer, are the whole.
__kernel void stage(__global const float2* from, __global float2* to, int n, int number) {
  const int i = get_global_id(0);
  const int p = 1 << number;
  const int k = i & (p - 1);
  const float2 even = from[i], odd = from[i + n / 2];
  const float angle = -M_PI_F * k / p;
  const float c = cos(angle), s = sin(angle);
  const float2 turned = (float2)(c * odd.x - s * odd.y, c * odd.y + s * odd.x);
  const int at = ((i - k) << 1) + k;
  to[at] = even + turned;
  to[at + p] = even - turned;
}
