// c = a x b, square, tile by tile through local memory. TILE is the local size in both dimensions.
__kernel void matrix_product(__global const float* a, __global const float* b, __global float* c, int n,
                             __local float* tile_a, __local float* tile_b) {
  const int x = get_local_id(0), y = get_local_id(1);
  const int column = get_global_id(0), row = get_global_id(1);
  float sum = 0.0f;
  for (int k = 0; k < n; k += TILE) {
    tile_a[y * TILE + x] = a[row * n + k + x];
    tile_b[y * TILE + x] = b[(k + y) * n + column];
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = 0; i < TILE; ++i) sum += tile_a[y * TILE + i] * tile_b[i * TILE + x];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  c[row * n + column] = sum;
}
