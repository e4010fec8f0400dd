// The picture of docs/examples/path_tracer, pixel by pixel on the host: the same scene and the same numbers drawn,
// written independently of the kernel.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace quern::worker {

class PathTracerReference {
 public:
  PathTracerReference(int width, int height, int samples, int passes)
      : width_(width), height_(height), samples_(samples), passes_(passes) {}

  std::array<std::uint8_t, 3> pixel(int x, int y) const {
    V sum{};
    for (int pass = 0; pass < passes_; ++pass) sum = sum + pass_of(x, y, pass);
    const auto count = static_cast<float>(samples_ * passes_);
    return {level(sum.x / count), level(sum.y / count), level(sum.z / count)};
  }

 private:
  struct V {
    float x = 0, y = 0, z = 0;
    friend V operator+(V a, V b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
    friend V operator-(V a, V b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
    friend V operator*(V a, V b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
    friend V operator*(V a, float b) { return {a.x * b, a.y * b, a.z * b}; }
    friend V operator/(V a, float b) { return {a.x / b, a.y / b, a.z / b}; }
    friend float dot(V a, V b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
  };
  enum Matter { chalk, metal, glass, lamp };
  struct Ball {
    V middle;
    float radius;
    V colour;
    float rough;
    Matter matter;
  };
  static const std::vector<Ball>& balls() {
    static const std::vector<Ball> kBalls = {
        {{0, 1, 0}, 1, {0.98F, 0.99F, 1}, 0, glass},
        {{-2.2F, 1, -1.2F}, 1, {0.95F, 0.75F, 0.4F}, 0.03F, metal},
        {{2.3F, 1, -0.9F}, 1, {0.8F, 0.16F, 0.13F}, 0, chalk},
        {{5, 8, 4}, 2.6F, {9, 7.6F, 5.6F}, 0, lamp},
        {{-1.15F, 0.35F, 1.55F}, 0.35F, {0.15F, 0.45F, 0.8F}, 0, chalk},
        {{-0.35F, 0.25F, 2.15F}, 0.25F, {0.9F, 0.9F, 0.92F}, 0, metal},
        {{0.45F, 0.3F, 1.95F}, 0.3F, {0.85F, 0.6F, 0.12F}, 0, chalk},
        {{1.25F, 0.4F, 1.35F}, 0.4F, {0.98F, 1, 0.98F}, 0, glass},
        {{2.15F, 0.28F, 1.45F}, 0.28F, {0.55F, 0.2F, 0.65F}, 0, chalk},
        {{-2.1F, 0.28F, 1.05F}, 0.28F, {0.95F, 0.55F, 0.45F}, 0.2F, metal},
        {{-3.05F, 0.45F, 0.75F}, 0.45F, {0.2F, 0.6F, 0.35F}, 0, chalk},
        {{3.3F, 0.45F, 0.75F}, 0.45F, {0.75F, 0.8F, 0.85F}, 0.1F, metal},
        {{0.75F, 0.55F, -2.3F}, 0.55F, {0.95F, 0.85F, 0.3F}, 0, chalk},
        {{-0.9F, 0.65F, -2.6F}, 0.65F, {0.25F, 0.65F, 0.75F}, 0, chalk},
    };
    return kBalls;
  }

  struct Numbers {
    std::uint32_t state;
    std::uint32_t draw() {
      const std::uint32_t old = state;
      state = old * 747796405U + 2891336453U;
      const std::uint32_t word = ((old >> ((old >> 28) + 4)) ^ old) * 277803737U;
      return (word >> 22) ^ word;
    }
    float unit() { return static_cast<float>(draw() >> 8) / 16777216.0F; }
    V direction() {
      for (int i = 0; i < 32; ++i) {
        V v;
        v.x = 2 * unit() - 1;
        v.y = 2 * unit() - 1;
        v.z = 2 * unit() - 1;
        if (dot(v, v) > 1e-4F && dot(v, v) < 1) return normal(v);
      }
      return {0, 1, 0};
    }
  };

  static V normal(V v) { return v / std::sqrt(dot(v, v)); }
  static V cross(V a, V b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
  static V reflect(V v, V n) { return v - n * (2 * dot(v, n)); }
  static std::uint8_t level(float light) {
    const float seen = std::min(light / (1 + light) * 1.25F, 1.0F);
    return static_cast<std::uint8_t>(std::sqrt(seen) * 255 + 0.5F);
  }

  static const Ball* hit(V from, V way, float& distance) {
    const Ball* found = nullptr;
    for (const Ball& ball : balls()) {
      const V off = from - ball.middle;
      const float b = dot(off, way);
      const float d = b * b - (dot(off, off) - ball.radius * ball.radius);
      if (d <= 0) continue;
      float t = -b - std::sqrt(d);
      if (t <= 1e-3F) t = -b + std::sqrt(d);
      if (t <= 1e-3F || t >= distance) continue;
      distance = t;
      found = &ball;
    }
    return found;
  }

  static V refract(V way, V n, bool inside, Numbers& numbers) {
    const float eta = inside ? 1.5F : 1.0F / 1.5F;
    const float c = -dot(way, n);
    const float k = 1 - eta * eta * (1 - c * c);
    const float m = 1 - (inside && k > 0 ? std::sqrt(k) : c);
    if (k <= 0 || numbers.unit() < 0.04F + 0.96F * (m * m * m * m * m)) return reflect(way, n);
    return normal(way * eta + n * (eta * c - std::sqrt(k)));
  }

  static V colour_of(V from, V way, Numbers& numbers) {
    V weight{1, 1, 1};
    for (int bounce = 0; bounce < 8; ++bounce) {
      float t = 1e20F;
      const Ball* ball = hit(from, way, t);
      const float down = way.y < 0 ? -from.y / way.y : 1e20F;
      const bool ground = down > 1e-3F && down < t;
      if (ground) t = down;
      if (t >= 1e20F) {
        const float h = 0.5F * (way.y + 1);
        return weight * (V{0.86F, 0.88F, 0.92F} * (1 - h) + V{0.3F, 0.5F, 0.86F} * h);
      }
      from = from + way * t;
      if (ground) {
        const int cell = static_cast<int>(from.x * 0.9F + 100) + static_cast<int>(from.z * 0.9F + 100);
        weight = weight * (cell % 2 != 0 ? V{0.72F, 0.7F, 0.66F} : V{0.2F, 0.22F, 0.26F});
        way = normal(V{0, 1, 0} + numbers.direction() * 0.999F);
        continue;
      }
      weight = weight * ball->colour;
      if (ball->matter == lamp) return weight;
      V n = (from - ball->middle) / ball->radius;
      const bool inside = dot(way, n) > 0;
      if (inside) n = n * -1;
      if (ball->matter == chalk) way = normal(n + numbers.direction() * 0.999F);
      if (ball->matter == metal) way = normal(reflect(way, n) + numbers.direction() * ball->rough);
      if (ball->matter == glass) way = refract(way, n, inside, numbers);
    }
    return {};
  }

  V pass_of(int x, int y, int pass) const {
    Numbers numbers{(static_cast<std::uint32_t>(y * width_ + x) * 9277U + static_cast<std::uint32_t>(pass) * 26699U) ^
                    0x9e3779b9U};
    numbers.draw();
    const V eye{0.6F, 1.9F, 7.2F};
    const V forward = normal(V{0, 0.75F, 0} - eye);
    const V right = normal(cross(forward, {0, 1, 0}));
    const V up = cross(right, forward);
    V sum{};
    for (int i = 0; i < samples_; ++i) {
      const auto w = static_cast<float>(width_);
      const auto h = static_cast<float>(height_);
      const float across = (static_cast<float>(x) + numbers.unit() - 0.5F * w) / h;
      const float along = (0.5F * h - static_cast<float>(y) - numbers.unit()) / h;
      const V aim = forward + right * (across * 0.8F) + up * (along * 0.8F);
      const V start = eye + numbers.direction() * 0.035F;
      sum = sum + colour_of(start, normal(eye + aim * 6.9F - start), numbers);
    }
    return sum;
  }

  int width_;
  int height_;
  int samples_;
  int passes_;
};

}  // namespace quern::worker
