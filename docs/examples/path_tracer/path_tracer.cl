// A path tracer: spheres of glass, metal and chalk on a chequered floor under a soft sky.
//
// Every pixel draws its own numbers from an integer generator, and only + - * / and sqrt touch a float, in an order that
// is written down: devices that round these as IEEE 754 says give the same picture to the bit, in whatever shards.
// Built with -D WIDTH, HEIGHT, SAMPLES (of one launch) and PASSES (launches of trace).
#pragma OPENCL FP_CONTRACT OFF

#define BOUNCES 8
#define FAR 1e20f
#define NEAR 1e-3f
enum { CHALK, METAL, GLASS, LIGHT };

typedef struct {
  float x, y, z, radius;
  float red, green, blue;
  float rough;  // of metal
  int matter;
} Sphere;

__constant Sphere spheres[] = {
    {0.0f, 1.0f, 0.0f, 1.0f, 0.98f, 0.99f, 1.0f, 0.0f, GLASS},
    {-2.2f, 1.0f, -1.2f, 1.0f, 0.95f, 0.75f, 0.40f, 0.03f, METAL},
    {2.3f, 1.0f, -0.9f, 1.0f, 0.80f, 0.16f, 0.13f, 0.0f, CHALK},
    {5.0f, 8.0f, 4.0f, 2.6f, 9.0f, 7.6f, 5.6f, 0.0f, LIGHT},
    {-1.15f, 0.35f, 1.55f, 0.35f, 0.15f, 0.45f, 0.80f, 0.0f, CHALK},
    {-0.35f, 0.25f, 2.15f, 0.25f, 0.90f, 0.90f, 0.92f, 0.0f, METAL},
    {0.45f, 0.30f, 1.95f, 0.30f, 0.85f, 0.60f, 0.12f, 0.0f, CHALK},
    {1.25f, 0.40f, 1.35f, 0.40f, 0.98f, 1.0f, 0.98f, 0.0f, GLASS},
    {2.15f, 0.28f, 1.45f, 0.28f, 0.55f, 0.20f, 0.65f, 0.0f, CHALK},
    {-2.10f, 0.28f, 1.05f, 0.28f, 0.95f, 0.55f, 0.45f, 0.20f, METAL},
    {-3.05f, 0.45f, 0.75f, 0.45f, 0.20f, 0.60f, 0.35f, 0.0f, CHALK},
    {3.30f, 0.45f, 0.75f, 0.45f, 0.75f, 0.80f, 0.85f, 0.10f, METAL},
    {0.75f, 0.55f, -2.30f, 0.55f, 0.95f, 0.85f, 0.30f, 0.0f, CHALK},
    {-0.90f, 0.65f, -2.60f, 0.65f, 0.25f, 0.65f, 0.75f, 0.0f, CHALK},
};
#define SPHERES (int)(sizeof(spheres) / sizeof(spheres[0]))

uint draw(uint* state) {
  const uint x = *state;
  *state = x * 747796405u + 2891336453u;
  const uint word = ((x >> ((x >> 28) + 4u)) ^ x) * 277803737u;
  return (word >> 22) ^ word;
}
float draw_unit(uint* state) { return (float)(draw(state) >> 8) * (1.0f / 16777216.0f); }

float inner(float3 a, float3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
float3 unit(float3 a) { return a / sqrt(inner(a, a)); }
float3 outer(float3 a, float3 b) {
  return (float3)(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}

// A direction, all alike: points of a cube until one lies in its ball.
float3 draw_direction(uint* state) {
  for (int tries = 0; tries < 32; ++tries) {
    const float x = draw_unit(state) * 2.0f - 1.0f;
    const float y = draw_unit(state) * 2.0f - 1.0f;
    const float z = draw_unit(state) * 2.0f - 1.0f;
    const float3 point = (float3)(x, y, z);
    const float square = inner(point, point);
    if (square > 1e-4f && square < 1.0f) return point / sqrt(square);
  }
  return (float3)(0.0f, 1.0f, 0.0f);
}

float3 sky(float3 direction) {
  const float height = 0.5f * (direction.y + 1.0f);
  return (float3)(0.86f, 0.88f, 0.92f) * (1.0f - height) + (float3)(0.30f, 0.50f, 0.86f) * height;
}

// Distance to the nearest sphere from `from`, and which; FAR where there is none.
float nearest(float3 from, float3 direction, int* which) {
  float best = FAR;
  for (int i = 0; i < SPHERES; ++i) {
    const float3 off = from - (float3)(spheres[i].x, spheres[i].y, spheres[i].z);
    const float b = inner(off, direction);
    const float square = b * b - (inner(off, off) - spheres[i].radius * spheres[i].radius);
    if (square <= 0.0f) continue;
    const float root = sqrt(square);
    const float at = -b - root > NEAR ? -b - root : -b + root;
    if (at <= NEAR || at >= best) continue;
    best = at;
    *which = i;
  }
  return best;
}

float3 floor_colour(float3 point) {
  const int odd = ((int)(point.x * 0.9f + 100.0f) + (int)(point.z * 0.9f + 100.0f)) & 1;
  return odd ? (float3)(0.72f, 0.70f, 0.66f) : (float3)(0.20f, 0.22f, 0.26f);
}

float3 mirrored(float3 direction, float3 normal) { return direction - normal * (2.0f * inner(direction, normal)); }

// Through glass, or back from its surface, as Schlick's approximation of Fresnel's law has it.
float3 through_glass(float3 direction, float3 normal, bool inside, uint* state) {
  const float ratio = inside ? 1.5f : 1.0f / 1.5f;
  const float cosine = -inner(direction, normal);
  const float square = 1.0f - ratio * ratio * (1.0f - cosine * cosine);
  const float base = 1.0f - (inside && square > 0.0f ? sqrt(square) : cosine);
  const float schlick = 0.04f + 0.96f * (base * base * base * base * base);
  if (square <= 0.0f || draw_unit(state) < schlick) return mirrored(direction, normal);
  return unit(direction * ratio + normal * (ratio * cosine - sqrt(square)));
}

float3 radiance(float3 from, float3 direction, uint* state) {
  float3 light = (float3)(0.0f, 0.0f, 0.0f);
  float3 weight = (float3)(1.0f, 1.0f, 1.0f);
  for (int bounce = 0; bounce < BOUNCES; ++bounce) {
    int which = -1;
    float distance = nearest(from, direction, &which);
    const float to_floor = direction.y < 0.0f ? -from.y / direction.y : FAR;
    const bool on_floor = to_floor > NEAR && to_floor < distance;
    if (on_floor) distance = to_floor;
    if (distance >= FAR) return light + weight * sky(direction);
    from = from + direction * distance;
    if (on_floor) {
      weight = weight * floor_colour(from);
      direction = unit((float3)(0.0f, 1.0f, 0.0f) + draw_direction(state) * 0.999f);
      continue;
    }
    const float3 colour = (float3)(spheres[which].red, spheres[which].green, spheres[which].blue);
    const int matter = spheres[which].matter;
    if (matter == LIGHT) return light + weight * colour;
    const float3 out =
        (from - (float3)(spheres[which].x, spheres[which].y, spheres[which].z)) / spheres[which].radius;
    const bool inside = inner(direction, out) > 0.0f;
    const float3 normal = inside ? -out : out;
    weight = weight * colour;
    if (matter == CHALK) {
      direction = unit(normal + draw_direction(state) * 0.999f);
    } else if (matter == METAL) {
      direction = unit(mirrored(direction, normal) + draw_direction(state) * spheres[which].rough);
    } else {
      direction = through_glass(direction, normal, inside, state);
    }
  }
  return light;
}

// Adds SAMPLES paths to each pixel's sum.
__kernel void trace(__global float4* sums, int pass) {
  const uint x = (uint)get_global_id(0);
  const uint y = (uint)get_global_id(1);
  const uint pixel = y * WIDTH + x;
  uint state = (pixel * 9277u + (uint)pass * 26699u) ^ 0x9e3779b9u;
  draw(&state);
  const float3 eye = (float3)(0.6f, 1.9f, 7.2f);
  const float3 forward = unit((float3)(0.0f, 0.75f, 0.0f) - eye);
  const float3 right = unit(outer(forward, (float3)(0.0f, 1.0f, 0.0f)));
  const float3 up = outer(right, forward);
  const float focus = 6.9f;
  float3 sum = (float3)(0.0f, 0.0f, 0.0f);
  for (int i = 0; i < SAMPLES; ++i) {
    const float across = ((float)x + draw_unit(&state) - 0.5f * WIDTH) / HEIGHT;
    const float along = (0.5f * HEIGHT - (float)y - draw_unit(&state)) / HEIGHT;
    const float3 aim = forward + right * (across * 0.80f) + up * (along * 0.80f);
    const float3 lens = draw_direction(&state) * 0.035f;
    const float3 start = eye + lens;
    sum = sum + radiance(start, unit(eye + aim * focus - start), &state);
  }
  sums[pixel] = sums[pixel] + (float4)(sum.x, sum.y, sum.z, 0.0f);
}

uchar level(float light) {
  const float seen = light / (1.0f + light) * 1.25f;
  return (uchar)(sqrt(seen < 1.0f ? seen : 1.0f) * 255.0f + 0.5f);
}

// Sums to three bytes a pixel: red, green, blue.
__kernel void develop(__global const float4* sums, __global uchar* picture) {
  const size_t pixel = get_global_id(1) * WIDTH + get_global_id(0);
  const float count = (float)(SAMPLES * PASSES);
  picture[3 * pixel] = level(sums[pixel].x / count);
  picture[3 * pixel + 1] = level(sums[pixel].y / count);
  picture[3 * pixel + 2] = level(sums[pixel].z / count);
}
