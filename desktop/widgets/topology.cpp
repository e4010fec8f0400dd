#include "desktop/widgets/topology.hpp"

#include <algorithm>

#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

void clean(QString& text) {
  text = one_line(text);
}

int held(int permille) {
  return permille < 0 ? -1 : std::min(permille, 1000);
}

template <typename Value>
void shorten(QVector<Value>& values, qsizetype most) {
  if (values.size() > most) values.resize(most);
}

void clean_devices(QVector<TopologyDevice>& devices, int& left) {
  shorten(devices, left);
  left -= static_cast<int>(devices.size());
  for (TopologyDevice& device : devices) {
    for (QString* text : {&device.name, &device.price, &device.load, &device.memory, &device.temperature, &device.power,
                          &device.work}) {
      clean(*text);
    }
    for (int* permille :
         {&device.load_permille, &device.memory_permille, &device.jobs_permille, &device.price_permille}) {
      *permille = held(*permille);
    }
  }
}

void clean_caches(QVector<TopologyCache>& caches, int& left) {
  shorten(caches, kTopologyCoresMax);
  for (TopologyCache& cache : caches) {
    clean(cache.title);
    shorten(cache.cores, left);
    left -= static_cast<int>(cache.cores.size());
    for (TopologyCore& core : cache.cores) {
      clean(core.label);
      for (int* permille : {&core.load_permille, &core.jobs_permille, &core.price_permille}) {
        *permille = held(*permille);
      }
    }
  }
  caches.removeIf([](const TopologyCache& cache) { return cache.cores.isEmpty(); });
}

bool same_devices(const QVector<TopologyDevice>& one, const QVector<TopologyDevice>& other) {
  return std::ranges::equal(one, other, {}, &TopologyDevice::id, &TopologyDevice::id);
}

bool same_numa(const TopologyNuma& one, const TopologyNuma& other) {
  const auto same_cache = [](const TopologyCache& a, const TopologyCache& b) {
    return a.cores.size() == b.cores.size() && a.title.isEmpty() == b.title.isEmpty();
  };
  return std::ranges::equal(one.caches, other.caches, same_cache) && same_devices(one.devices, other.devices);
}

}  // namespace

Topology bounded(Topology topology) {
  clean(topology.host);
  clean(topology.system);
  int cores = kTopologyCoresMax;
  int devices = kTopologyDevicesMax;
  shorten(topology.packages, kTopologyPackagesMax);
  for (TopologyPackage& package : topology.packages) {
    for (QString* text : {&package.title, &package.detail, &package.count}) clean(*text);
    shorten(package.numas, kTopologyNumasMax);
    for (TopologyNuma& numa : package.numas) {
      for (QString* text : {&numa.title, &numa.detail, &numa.used}) clean(*text);
      numa.used_permille = held(numa.used_permille);
      clean_caches(numa.caches, cores);
      clean_devices(numa.devices, devices);
    }
  }
  clean_devices(topology.devices, devices);
  return topology;
}

int core_count(const Topology& topology) {
  qsizetype count = 0;
  for (const TopologyPackage& package : topology.packages) {
    for (const TopologyNuma& numa : package.numas) {
      for (const TopologyCache& cache : numa.caches) count += cache.cores.size();
    }
  }
  return static_cast<int>(count);
}

bool same_shape(const Topology& one, const Topology& other) {
  const auto same_package = [](const TopologyPackage& a, const TopologyPackage& b) {
    return std::ranges::equal(a.numas, b.numas, same_numa);
  };
  return std::ranges::equal(one.packages, other.packages, same_package) && same_devices(one.devices, other.devices);
}

}  // namespace quern::desktop::widgets
