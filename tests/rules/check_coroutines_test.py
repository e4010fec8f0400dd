"""The coroutine rule: a capturing lambda must live as long as its coroutine."""

import unittest

from planted_tree import RuleTest

FILE = "overlay/protocols/ping.cpp"
ON_THE_SPOT = [
    "spawn(executor, [x]() -> awaitable<void> { co_await f(x); }());",
    "spawn(executor, [this]() -> awaitable<void> { co_return; }(), token);",
    "return [&](int n) mutable noexcept(true) -> std::expected<int(int), Error> { co_return n; }(1);",
    "spawn(executor, [s = std::move(s)]<class T>(T t) -> awaitable<void> { co_yield t; }(1));",
]
BY_NAME = [
    "auto task = [x]() -> awaitable<void> { co_await f(x); };\nspawn(executor, task());",
    "auto task = [x]() -> awaitable<void> { co_await f(x); };\n"
    "group.spawn(task());\n  group.spawn([](Group& g) -> awaitable<void> { co_await g.join(); }, group);",
    "const auto task = [=](int n) -> awaitable<int> { co_return n; };\n  return task(1);",
]
CLEAN = """\
awaitable<void> run() {
  group.spawn([x]() -> awaitable<void> { co_await f(x); });
  spawn(executor, [](int x) -> awaitable<void> { co_await f(x); }(3));
  co_await [x]() -> awaitable<void> { co_await f(x); }();
  co_await all(executor, [x]() -> awaitable<void> { co_await f(x); }());
  auto task = [x]() -> awaitable<void> { co_await f(x); };
  co_await task();
  group.spawn(task());
  co_await group.join();
  group.spawn(std::move(task));
  const int n = [x] { return x + 1; }();
  const auto [a, b] = pair();
  for (auto& [key, value] : table[n](1)) { co_await f(key); }
  auto outer = [x](Group& g) { g.spawn([](int y) -> awaitable<void> { co_await f(y); }, x); };
  outer(group);
  // spawn(executor, [x]() -> awaitable<void> { co_return; }());
}
awaitable<void> other() {
  auto task = make_task();
  spawn(executor, task());
}
"""


class Coroutines(RuleTest):
    rule = "check_coroutines.py"

    def test_a_capturing_lambda_called_on_the_spot_is_refused(self):
        for line in ON_THE_SPOT:
            with self.subTest(line=line):
                self.assert_breach({FILE: f"void run() {{\n  {line}\n}}\n"}, f"{FILE}:2", "called on the spot")

    def test_a_capturing_lambda_called_by_name_is_refused_where_it_is_called(self):
        for lines in BY_NAME:
            with self.subTest(lines=lines):
                self.assert_breach({FILE: f"void run() {{\n  {lines}\n}}\n"}, f"{FILE}:3", "task", "may die before")

    def test_lambdas_that_outlive_their_coroutine_are_clean(self):
        self.assert_clean({FILE: CLEAN})


if __name__ == "__main__":
    unittest.main()
