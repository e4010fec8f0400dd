// A sum in two launches: one partial sum a group, then their sum.
__kernel void sum_groups(__global const uint* values, __global ulong* sums, uint count, __local ulong* lanes) {
  const uint lane = get_local_id(0);
  ulong sum = 0;
  for (uint i = get_global_id(0); i < count; i += get_global_size(0)) sum += values[i];
  lanes[lane] = sum;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint half_size = get_local_size(0) / 2; half_size != 0; half_size /= 2) {
    if (lane < half_size) lanes[lane] += lanes[lane + half_size];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (lane == 0) sums[get_group_id(0)] = lanes[0];
}

__kernel void sum_sums(__global const ulong* sums, __global ulong* total, uint count) {
  ulong sum = 0;
  for (uint i = 0; i < count; ++i) sum += sums[i];
  *total = sum;
}
