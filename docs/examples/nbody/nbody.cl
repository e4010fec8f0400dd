// Galaxies that meet: an ensemble of encounters, each of BODIES stars that all attract each other, each seen from
// another distance of passing by. Built with -D BODIES (a multiple of the local size), SIDE (of the pictures, in pixels).
//
// Encounters do not touch each other: the last dimension of every kernel is the encounter, and shards cut there.
#pragma OPENCL FP_CONTRACT OFF

#define SOFTENING 0.0025f  // squared: two stars do not come closer than its root
#define STEP 0.0125f
#define CORE 1.0f           // mass at the middle of a galaxy
#define STARS_MASS 0.1f     // of all its stars together
#define VIEW 2.6f           // half the side of what the picture shows

uint draw(uint* state) {
  const uint x = *state;
  *state = x * 747796405u + 2891336453u;
  const uint word = ((x >> ((x >> 28) + 4u)) ^ x) * 277803737u;
  return (word >> 22) ^ word;
}
float draw_signed(uint* state) { return (float)(draw(state) >> 8) * (2.0f / 16777216.0f) - 1.0f; }

// Two discs of stars on circles round their cores, on their way to each other.
__kernel void place(__global float4* positions, __global float4* velocities) {
  const uint body = (uint)get_global_id(0);
  const uint encounter = (uint)get_global_id(1);
  const uint half_count = BODIES / 2;
  const bool second = body >= half_count;
  uint state = body * 9277u + 0x9e3779b9u;  // the same stars in every encounter
  draw(&state);
  const float miss = 0.3f + 0.2f * (float)encounter;
  const float side = second ? -1.0f : 1.0f;
  float4 middle = (float4)(side * 1.2f, side * 0.5f * miss, 0.0f, 0.0f);
  float4 drift = (float4)(side * -0.50f, 0.0f, 0.0f, 0.0f);
  float4 position = (float4)(0.0f, 0.0f, 0.0f, CORE);
  float4 velocity = (float4)(0.0f, 0.0f, 0.0f, 0.0f);
  if (body % half_count != 0) {
    float x = 0.5f, y = 0.0f, square = 0.25f;
    for (int tries = 0; tries < 32; ++tries) {
      x = draw_signed(&state);
      y = draw_signed(&state);
      square = x * x + y * y;
      if (square > 0.02f && square < 1.0f) break;
    }
    const float radius = sqrt(square);
    const float speed = sqrt(CORE / radius) / radius;
    // The second disc stands on edge by a third.
    const float tilt = second ? 0.6f : 1.0f, rise = second ? 0.8f : 0.0f;
    position = (float4)(x, y * tilt, y * rise + 0.02f * draw_signed(&state), STARS_MASS / half_count);
    velocity = (float4)(-y * speed, x * speed * tilt, x * speed * rise, 0.0f);
  }
  const size_t at = (size_t)encounter * BODIES + body;
  positions[at] = position + middle;
  velocities[at] = velocity + drift;
}

// One step of semi-implicit Euler: every star is moved by all others of its encounter, tile by tile.
__kernel void advance(__global const float4* before, __global float4* after, __global float4* velocities,
                      __local float4* tile) {
  const size_t first = get_global_id(1) * BODIES;
  const size_t body = first + get_global_id(0);
  const int lane = (int)get_local_id(0), lanes = (int)get_local_size(0);
  const float4 here = before[body];
  float3 pull = (float3)(0.0f, 0.0f, 0.0f);
  for (int start = 0; start < BODIES; start += lanes) {
    tile[lane] = before[first + start + lane];
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = 0; i < lanes; ++i) {
      const float3 way = tile[i].xyz - here.xyz;
      const float square = way.x * way.x + way.y * way.y + way.z * way.z + SOFTENING;
      pull += way * (tile[i].w / (square * sqrt(square)));
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  const float3 velocity = velocities[body].xyz + pull * STEP;
  velocities[body] = (float4)(velocity.x, velocity.y, velocity.z, 0.0f);
  const float3 there = here.xyz + velocity * STEP;
  after[body] = (float4)(there.x, there.y, there.z, here.w);
}

uchar level(float light) {
  const float seen = light / (1.0f + light);
  return (uchar)(sqrt(seen) * 255.0f + 0.5f);
}

// The stars of an encounter as specks of light: SIDE x SIDE pixels, red, green, blue; the first galaxy is warm, the
// second cold.
__kernel void picture(__global const float4* positions, __global uchar* pixels) {
  const uint pixel = (uint)get_global_id(0);
  const size_t encounter = get_global_id(1);
  const float x = ((float)(pixel % SIDE) + 0.5f) / SIDE * (2.0f * VIEW) - VIEW;
  const float y = VIEW - ((float)(pixel / SIDE) + 0.5f) / SIDE * (2.0f * VIEW);
  const float speck = 2.0f * VIEW / SIDE;
  float warm = 0.0f, cold = 0.0f;
  for (uint i = 0; i < BODIES; ++i) {
    const float4 star = positions[encounter * BODIES + i];
    const float across = (star.x - x) / speck, along = (star.y - y) / speck;
    const float near = 1.0f / (1.0f + across * across + along * along);
    const float light = near * near * near * (star.w >= CORE ? 6.0f : 0.45f);
    if (i < BODIES / 2) warm += light; else cold += light;
  }
  const size_t at = 3 * (encounter * SIDE * SIDE + pixel);
  pixels[at] = level(warm + 0.25f * cold);
  pixels[at + 1] = level(0.6f * warm + 0.55f * cold);
  pixels[at + 2] = level(0.25f * warm + cold);
}
