#!/usr/bin/env python3
"""`quern probe --json` agrees with lscpu, /proc and clinfo for every field that they share.

usage: agreement_test.py QUERN

Fields that move between two calls: PoCL takes CL_DEVICE_GLOBAL_MEM_SIZE, and CL_DEVICE_MAX_MEM_ALLOC_SIZE which follows
from it, from the memory that the kernel has set up so far, which grows on machines that do so lazily. Such a field must
lie between what clinfo says before and after.
"""
import json
import os
import platform
import re
import subprocess
import sys
import unittest

from report_schema import faults

QUERN = sys.argv[1]


def output(*command, **environment):
    # clinfo and quern must see the same drivers, and lscpu must speak English.
    env = os.environ | {"LC_ALL": "C.UTF-8"} | environment
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, env=env).stdout


def probe(*arguments, **environment):
    report = json.loads(output(QUERN, "probe", "--json", *arguments, **environment))
    assert not faults(report), faults(report)
    return report


def lscpu():
    fields = json.loads(output("lscpu", "-J", "-B"))["lscpu"]
    return {each["field"].rstrip(":"): each["data"] for each in fields if each["data"] not in (None, "-", "")}


def numbers(text):
    """The numbers of a list as the kernel writes it: "0-2,5"."""
    spans = (piece.split("-") for piece in text.split(","))
    return [n for span in spans for n in range(int(span[0]), int(span[-1]) + 1)]


def key_values(path):
    with open(path, encoding="utf-8") as file:
        return dict(re.split(r"[:=]\s*", line.strip(), maxsplit=1) for line in file if re.search("[:=]", line))


class ProcessorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.report = probe("--parts", "topology")
        cls.lscpu = lscpu()

    def check_shared(self, pairs):
        """Compares those fields that lscpu has here; at least one must be there."""
        shared = {name: value for name, value in pairs.items() if name in self.lscpu}
        self.assertTrue(shared, f"lscpu has none of {list(pairs)}")
        for name, value in shared.items():
            self.assertEqual(str(value), self.lscpu[name], name)

    def test_model(self):
        cpu = self.report["cpu"]
        self.check_shared({
            "Architecture": self.report["system"]["architecture"], "Vendor ID": cpu["vendor"],
            "Model name": cpu["model_name"], "CPU family": cpu.get("family"), "Model": cpu.get("model"),
            "Stepping": cpu.get("stepping"),
        })

    def test_flags(self):
        flags = self.lscpu["Flags"].split()
        self.assertEqual(self.report["cpu"]["flags"], sorted(set(flags)))

    def test_hypervisor(self):
        self.assertEqual(self.report["cpu"]["hypervisor"], self.lscpu.get("Hypervisor vendor", ""))

    def test_counts(self):
        topology = self.report["topology"]
        cores, packages = len(topology["cores"]), len(topology["packages"])
        self.check_shared({
            "CPU(s)": len(topology["threads"]), "Socket(s)": packages, "Core(s) per socket": cores // packages,
            "Thread(s) per core": len(topology["threads"]) // cores, "NUMA node(s)": len(topology["numa_nodes"]),
        })
        online = sorted(thread["os_index"] for thread in topology["threads"])
        self.assertEqual(online, numbers(self.lscpu["On-line CPU(s) list"]))

    def test_numa_nodes(self):
        threads = self.report["topology"]["threads"]
        for node in self.report["topology"]["numa_nodes"]:
            seen = sorted(threads[index]["os_index"] for index in node["threads"])
            self.assertEqual(seen, numbers(self.lscpu[f"NUMA node{node['os_index']} CPU(s)"]))

    def test_caches(self):
        suffix = {"data": "d", "instruction": "i", "unified": ""}
        names = {"L1d cache", "L1i cache", "L2 cache", "L3 cache"} & set(self.lscpu)
        seen = {}
        for cache in self.report["topology"]["caches"]:
            seen.setdefault(f"L{cache['level']}{suffix[cache['kind']]} cache", []).append(cache["size_bytes"])
        self.assertEqual(set(seen), names)
        for name, sizes in seen.items():
            total, instances = re.fullmatch(r"(\d+) \((\d+) instances?\)", self.lscpu[name]).groups()
            self.assertEqual((sum(sizes), len(sizes)), (int(total), int(instances)), name)

    def test_highest_clock(self):
        clocks = [kind["max_mhz"] for kind in self.report["cpu"]["kinds"] if "max_mhz" in kind]
        if "CPU max MHz" in self.lscpu and clocks:
            self.assertEqual(max(clocks), int(float(self.lscpu["CPU max MHz"])))

    def test_memory(self):
        meminfo = {key: int(value.split()[0]) * 1024 for key, value in key_values("/proc/meminfo").items()}
        self.assertEqual(self.report["memory"],
                         {"total_bytes": meminfo["MemTotal"], "swap_total_bytes": meminfo["SwapTotal"]})

    def test_system(self):
        self.assertEqual(self.report["system"]["kernel"], platform.release())
        self.assertEqual(self.report["system"]["architecture"], platform.machine())
        self.assertEqual(self.report["system"]["name"], key_values("/etc/os-release")["PRETTY_NAME"].strip('"'))


def has_extension(name):
    return lambda device: name in device["CL_DEVICE_EXTENSIONS"].split()


def has_single(device):
    return {"CL_FP_ROUND_TO_NEAREST", "CL_FP_INF_NAN"} <= set(device["CL_DEVICE_SINGLE_FP_CONFIG"]["config"])


def pci_address(device):
    info = device.get("CL_DEVICE_PCI_BUS_INFO_KHR")
    return re.sub(r"^PCI-E, ", "", info).lower() if info else None


# Field of the report -> what clinfo says.
DEVICE = {
    "type": lambda d: d["CL_DEVICE_TYPE"]["type"][0].removeprefix("CL_DEVICE_TYPE_").lower(),
    "fp16": has_extension("cl_khr_fp16"),
    "fp32": has_single,
    "fp64": lambda d: bool(d.get("CL_DEVICE_DOUBLE_FP_CONFIG", {"raw": 0})["raw"]),
    "extensions": lambda d: sorted(set(d["CL_DEVICE_EXTENSIONS"].split())),
    "pci_address": pci_address,
    "uuid": lambda d: d["CL_DEVICE_UUID_KHR"].replace("-", "") if "CL_DEVICE_UUID_KHR" in d else None,
} | {field: (lambda d, name=name: d[name]) for field, name in {
    "name": "CL_DEVICE_NAME", "vendor": "CL_DEVICE_VENDOR", "vendor_id": "CL_DEVICE_VENDOR_ID",
    "driver_version": "CL_DRIVER_VERSION", "version": "CL_DEVICE_VERSION",
    "opencl_c_version": "CL_DEVICE_OPENCL_C_VERSION", "profile": "CL_DEVICE_PROFILE",
    "compute_units": "CL_DEVICE_MAX_COMPUTE_UNITS", "max_clock_mhz": "CL_DEVICE_MAX_CLOCK_FREQUENCY",
    "local_memory_bytes": "CL_DEVICE_LOCAL_MEM_SIZE", "max_work_group_size": "CL_DEVICE_MAX_WORK_GROUP_SIZE",
    "address_bits": "CL_DEVICE_ADDRESS_BITS", "available": "CL_DEVICE_AVAILABLE",
    "compiler_available": "CL_DEVICE_COMPILER_AVAILABLE", "unified_memory": "CL_DEVICE_HOST_UNIFIED_MEMORY",
}.items()}
MOVING_FIELDS = {
    "global_memory_bytes": "CL_DEVICE_GLOBAL_MEM_SIZE", "max_allocation_bytes": "CL_DEVICE_MAX_MEM_ALLOC_SIZE",
}
OWN_FIELDS = {"id", "index"}  # Quern's own: clinfo has no such thing


def clinfo(**environment):
    """Platforms, each with its devices."""
    listing = json.loads(output("clinfo", "--json", **environment))
    return [(each, devices.get("online", [])) for each, devices in zip(listing["platforms"], listing["devices"])]


def clean(text):
    return " ".join(text.split()) if isinstance(text, str) else text


class OpenclTest(unittest.TestCase):
    def compare(self, devices_expected, **environment):
        before = clinfo(**environment)
        report = probe("--parts", "opencl", **environment)
        after = clinfo(**environment)
        platforms = [each for driver in report["opencl"] for each in driver["platforms"]]
        self.assertEqual(sorted(p["name"] for p in platforms), sorted(p["CL_PLATFORM_NAME"] for p, _ in before))
        count = 0
        for ours in platforms:
            (theirs, first), = [each for each in before if each[0]["CL_PLATFORM_NAME"] == ours["name"]]
            (_, last), = [each for each in after if each[0]["CL_PLATFORM_NAME"] == ours["name"]]
            self.compare_platform(ours, theirs)
            self.assertEqual(len(ours["devices"]), len(first))
            for device, one, other in zip(ours["devices"], first, last):
                self.compare_device(device, one, other)
                count += 1
        self.assertGreaterEqual(count, devices_expected)
        return report

    def compare_platform(self, ours, theirs):
        for field in ("name", "vendor", "version", "profile"):
            self.assertEqual(ours[field], clean(theirs[f"CL_PLATFORM_{field.upper()}"]), field)
        self.assertEqual(ours["extensions"], sorted(set(theirs["CL_PLATFORM_EXTENSIONS"].split())))

    def compare_device(self, ours, one, other):
        self.assertEqual(set(ours) - {"pci_address", "uuid"},
                         (set(DEVICE) | set(MOVING_FIELDS) | OWN_FIELDS) - {"pci_address", "uuid"},
                         "a field of the report is not compared")
        for field, theirs in DEVICE.items():
            self.assertEqual(ours.get(field), clean(theirs(one)), field)
        for field, name in MOVING_FIELDS.items():
            self.assertTrue(min(one[name], other[name]) <= ours[field] <= max(one[name], other[name]),
                            f"{field} {ours[field]} is not between {one[name]} and {other[name]}")

    def test_default_devices(self):
        self.compare(1)

    def test_two_unlike_devices(self):
        report = self.compare(2, POCL_DEVICES="basic pthread")
        devices = [d for driver in report["opencl"] for p in driver["platforms"] for d in p["devices"]]
        self.assertEqual(len({device["id"] for device in devices}), len(devices))
        self.assertEqual([each["name"].split("-")[0] for each in devices], ["basic", "pthread"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
