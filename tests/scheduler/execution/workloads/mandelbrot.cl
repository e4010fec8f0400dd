// How often z -> z^2 + c stays near, for each pixel; black where it never leaves.
__kernel void mandelbrot(__global uchar* picture, int width, int height, int limit) {
  const int x = get_global_id(0);
  const int y = get_global_id(1);
  const float re = -2.2f + 3.2f * x / width;
  const float im = -1.2f + 2.4f * y / height;
  float a = 0.0f, b = 0.0f;
  int count = 0;
  for (; count < limit && a * a + b * b < 4.0f; ++count) {
    const float next = a * a - b * b + re;
    b = 2.0f * a * b + im;
    a = next;
  }
  picture[y * width + x] = count == limit ? 0 : (uchar)(count * 5);
}
