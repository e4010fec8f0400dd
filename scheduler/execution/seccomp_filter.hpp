// Which system calls a job may make, as a program for the kernel (BPF), compiled by libseccomp for this machine.
//
// A kernel job: what OpenCL drivers and their compilers use; everything else fails with EPERM. What none of them has a
// use for and an attacker has (tracing, mounting, namespaces, keys, BPF, internet sockets...) ends the process with
// SIGSYS, so that the reason has a name. A command job: everything but what reaches into the kernel or other processes.
#pragma once
#include <string>

#include "overlay/runtime/result.hpp"
#include "scheduler/execution/sandbox.hpp"

namespace quern::execution {

// `devices`: the job has device nodes, whose driver needs ioctl(2) of all kinds and a few calls more.
// Errc::system: libseccomp cannot make it on this machine. Compiled once in a process.
const runtime::Result<std::string>& seccomp_program(SandboxKind kind, bool devices);

}  // namespace quern::execution
