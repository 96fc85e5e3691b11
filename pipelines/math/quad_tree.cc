#include "pipelines/math/quad_tree.h"

#include <algorithm>
#include <utility>

namespace signet::pipelines {
namespace {

constexpr int kLevels = 16;

/// Puts a zero before each of 16 bits.
uint32_t Spread(uint32_t x) {
  x = (x | x << 8) & 0x00FF00FF;
  x = (x | x << 4) & 0x0F0F0F0F;
  x = (x | x << 2) & 0x33333333;
  return (x | x << 1) & 0x55555555;
}

uint32_t GridOf(double value, double low, double side) {
  const double cell = (value - low) / side * 65536;
  return static_cast<uint32_t>(std::clamp(cell, 0.0, 65535.0));
}

}  // namespace

void QuadTree::Build(const std::vector<double>& points) {
  const size_t n = points.size() / 2;
  double low[2] = {points[0], points[1]};
  double high[2] = {points[0], points[1]};
  for (size_t i = 0; i < points.size(); ++i) {
    low[i % 2] = std::min(low[i % 2], points[i]);
    high[i % 2] = std::max(high[i % 2], points[i]);
  }
  side_ = std::max({high[0] - low[0], high[1] - low[1], 1e-300});
  std::vector<uint64_t> keyed(n);
  for (size_t i = 0; i < n; ++i) {
    const uint32_t code = Spread(GridOf(points[2 * i], low[0], side_)) |
                          Spread(GridOf(points[2 * i + 1], low[1], side_)) << 1;
    keyed[i] = static_cast<uint64_t>(code) << 32 | i;
  }
  std::sort(keyed.begin(), keyed.end());
  codes_.resize(n);
  order_.resize(n);
  for (size_t i = 0; i < n; ++i) {
    codes_[i] = static_cast<uint32_t>(keyed[i] >> 32);
    order_[i] = static_cast<uint32_t>(keyed[i]);
  }
  cells_.clear();
  Add(points, 0, n, 0);
}

void QuadTree::Add(const std::vector<double>& points, size_t first, size_t last, int level) {
  const size_t at = cells_.size();
  cells_.emplace_back();
  const bool leaf = level == kLevels || codes_[first] == codes_[last - 1];
  Cell cell;
  cell.mass = static_cast<double>(last - first);
  if (leaf) {
    for (size_t i = first; i < last; ++i) {
      cell.x += points[size_t{2} * order_[i]];
      cell.y += points[size_t{2} * order_[i] + 1];
    }
    cell.x /= cell.mass;
    cell.y /= cell.mass;
  } else {
    const double side = side_ / static_cast<double>(uint32_t{1} << level);
    cell.side_squared = side * side;
    const int shift = 2 * (kLevels - 1 - level);
    for (size_t from = first; from < last;) {
      const uint32_t quadrant = codes_[from] >> shift;
      const auto end = std::find_if(codes_.begin() + static_cast<std::ptrdiff_t>(from),
                                    codes_.begin() + static_cast<std::ptrdiff_t>(last),
                                    [&](uint32_t code) { return code >> shift != quadrant; });
      const auto to = static_cast<size_t>(end - codes_.begin());
      const size_t child = cells_.size();
      Add(points, from, to, level + 1);
      cell.x += cells_[child].x * cells_[child].mass;
      cell.y += cells_[child].y * cells_[child].mass;
      from = to;
    }
    cell.x /= cell.mass;
    cell.y /= cell.mass;
  }
  cell.beyond = static_cast<uint32_t>(cells_.size());
  cells_[at] = cell;
}

QuadTree::Repulsion QuadTree::From(double x, double y, double theta) const {
  const double theta_squared = theta * theta;
  Repulsion force;
  const Cell* cells = cells_.data();
  const auto count = static_cast<uint32_t>(cells_.size());
  for (uint32_t i = 0; i < count;) {
    const Cell& cell = cells[i];
    const double dx = x - cell.x;
    const double dy = y - cell.y;
    const double squared = dx * dx + dy * dy;
    if (cell.side_squared >= theta_squared * squared && cell.side_squared > 0) {
      ++i;
      continue;
    }
    const double q = 1 / (1 + squared);
    const double mass_q = cell.mass * q;
    force.sum += mass_q;
    force.x += mass_q * q * dx;
    force.y += mass_q * q * dy;
    i = cell.beyond;
  }
  return force;
}

}  // namespace signet::pipelines
