"""The rule of banned calls: time, randomness, threads and the network stay behind the seam."""

import unittest

from planted_tree import RuleTest

# ban -> lines that must be refused in product code
PLANTED = {
    "clock": [
        "auto t = std::chrono::steady_clock::now();",
        "using Clock = std::chrono::system_clock;",
        "clock_gettime(CLOCK_REALTIME, &t);",
        "::gettimeofday(&t, nullptr);",
        "auto t = std::time(nullptr);",
        "auto t = time(0);",
        "int fd = timerfd_create(0, 0);",
        "auto t = high_resolution_clock :: now ();",
        "auto t = __rdtsc();",
    ],
    "sleep": [
        "std::this_thread::sleep_for(1s);",
        "usleep(10);",
        "::sleep(1);",
        "nanosleep(&t, nullptr);",
        "poll(nullptr, 0, 10);",
        "::select(0, nullptr, nullptr, nullptr, &t);",
    ],
    "random": [
        "std::random_device device;",
        "int i = rand();",
        "long i = ::random();",
        "int i = std::rand();",
        "getrandom(p, 8, 0);",
        "RAND_bytes(p, 8);",
        "std::uniform_int_distribution<int> d(0, 9);",
        "std::normal_distribution<> d;",
        'int fd = open("/dev/urandom", 0);',
        "std::ranges::shuffle(v, g);",
        "std::default_random_engine g;",
    ],
    "engine": ["std::mt19937_64 g(1);"],
    "thread": [
        "std::thread t(f);",
        "std::jthread t(f);",
        "auto r = std::async(f);",
        "pthread_create(&t, nullptr, f, nullptr);",
        "boost::asio::thread_pool pool;",
        "std::vector<std::thread> pool;",
    ],
    "timer": ["asio::steady_timer timer(executor);", "#include <boost/asio/steady_timer.hpp>"],
    "network": [
        "int fd = ::socket(AF_INET, SOCK_STREAM, 0);",
        "int fd = socket(AF_UNIX, SOCK_STREAM, 0);",
        "if (::connect(fd, a, n) != 0) {}",
        "getaddrinfo(n, s, h, &r);",
        "#include <sys/socket.h>",
        "#include <boost/asio/ip/tcp.hpp>",
    ],
    "address order": ["std::set<Session*> open_;", "std::map<const net::Peer*, int> counts_;", "std::multimap<T *, U> m;"],
    "tls": ["#include <boost/asio/ssl.hpp>", "boost::asio::ssl::context c;"],
    "beast": ["#include <boost/beast/http.hpp>"],
    "race": ["#include <boost/asio/experimental/awaitable_operators.hpp>"],
    "detached": ["co_spawn(executor, f(), asio::detached);", "worker.detach();"],
    "shell": ['std::system("ls");', 'FILE* f = popen("ls", "r");'],
    "fat header": ["#include <boost/asio.hpp>", "#include <QtWidgets>"],
    "regex": ["#include <regex>", "std::regex r;"],
}
CLEAN = """\
// std::chrono::steady_clock::now() is banned, std::thread too; so is rand().
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <chrono>
const char* text = "std::this_thread::sleep_for, time(nullptr) and std::thread";
std::chrono::steady_clock::time_point deadline;
void f(Clock& clock, Network& network, Timers& timers) {
  clock.sleep_for(1s);
  timers.time(0);
  network.connect(peer);
  auto id = std::this_thread::get_id();
  Tcp::connect(peer);
  sampler->sample();
  const auto runtime = uptime(0);
  operand();
  std::map<int, Peer*> peers;
  const auto n = random() % std::thread::hardware_concurrency();
}
"""


class Calls(RuleTest):
    rule = "check_calls.py"

    def test_each_banned_thing_is_named_with_its_line_and_a_way_out(self):
        for ban, lines in PLANTED.items():
            for line in lines:
                with self.subTest(line=line):
                    self.assert_breach(
                        {"overlay/protocols/ping.cpp": f"int a;\n{line}\n"},
                        "overlay/protocols/ping.cpp:2",
                        f" {ban}: ",
                        "banned here: ",
                    )

    def test_comments_strings_members_and_types_are_no_calls(self):
        for room in ("hwprobe", "overlay/protocols", "scheduler/market", "tests/overlay", "bench"):
            self.assert_clean({f"{room}/a.cpp": CLEAN})

    def test_the_seam_and_the_listed_files_are_free(self):
        self.assert_clean(
            {
                "overlay/runtime/system_clock.cpp": "auto t = std::chrono::steady_clock::now();\nstd::thread t(f);\n"
                "#include <boost/asio/ip/tcp.hpp>\nstd::random_device d;\n"
            }
        )
        self.assert_clean({"hwprobe/stopwatch.cpp": "clock_gettime(CLOCK_MONOTONIC, &t);\n"})
        self.assert_clean({"hwprobe/measure_host.cpp": "std::vector<std::thread> threads;\n"})

    def test_a_listed_file_is_free_of_its_own_ban_only(self):
        self.assert_breach({"hwprobe/stopwatch.cpp": "std::thread t(f);\n"}, "hwprobe/stopwatch.cpp:1", "thread")
        self.assert_breach({"hwprobe/measure_host.cpp": "int i = rand();\n"}, "hwprobe/measure_host.cpp:1", "random")
        self.assert_breach(
            {"overlay/runtime/system_network.cpp": "std::this_thread::sleep_for(1s);\n"},
            "overlay/runtime/system_network.cpp:1",
            "sleep",
        )

    def test_tests_may_use_threads_and_shells_but_never_sleep(self):
        self.assert_clean({"tests/overlay/a_test.cpp": "std::jthread t(f);\nstd::mt19937 g(1);\n::popen(tool, mode);\n"})
        for room in ("hwprobe", "overlay"):
            name = f"tests/{room}/a_test.cpp"
            self.assert_breach({name: "std::this_thread::sleep_for(1s);\n"}, f"{name}:1", "sleep")

    def test_only_tests_on_the_real_machine_read_its_clock(self):
        line = "auto t = std::chrono::steady_clock::now();\n"
        self.assert_clean({"tests/hwprobe/a_test.cpp": line})
        self.assert_breach({"tests/overlay/a_test.cpp": line}, "tests/overlay/a_test.cpp:1", "clock")
        self.assert_breach({"tests/simulation/a_test.cpp": line}, "tests/simulation/a_test.cpp:1", "clock")

    def test_iostream_is_refused_in_headers_only(self):
        self.assert_clean({"hwprobe/a.cpp": "#include <iostream>\n"})
        self.assert_breach({"hwprobe/a.hpp": "#include <iostream>\n"}, "hwprobe/a.hpp:1", "iostream")


if __name__ == "__main__":
    unittest.main()
