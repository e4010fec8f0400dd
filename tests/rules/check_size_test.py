"""The size rule: 600 lines a file, 70 lines a function, measured where C++ makes it hard."""

import unittest

from planted_tree import RuleTest


def function(head, lines, tail="}"):
    """A function of exactly `lines` lines, head and closing brace counted."""
    return "\n".join([head + " {"] + ["  work();"] * (lines - 2) + [tail]) + "\n"


class Size(RuleTest):
    rule = "check_size.py"

    def test_600_lines_are_clean_and_601_are_not(self):
        for name in ("hwprobe/a.cpp", "hwprobe/a.hpp", "tests/hwprobe/a_test.cpp", "scripts/build", "cmake/a.cmake"):
            with self.subTest(name=name):
                self.assert_clean({name: "\n" * 600})
                self.assert_breach({name: "\n" * 601}, f"{name}:601", "601 lines", "limit 600")

    def test_installed_packages_are_not_ours(self):
        self.assert_clean({"tests/interop/js/node_modules/a/a.cpp": "\n" * 601})

    def test_70_lines_are_clean_and_71_are_not(self):
        for head in (
            "void run()",
            "int Reader::run(int a) const noexcept",
            "auto f(std::map<int, int> m) -> std::map<int, int>",
            "Reader::Reader(int a) : a_{a}, b_(a)",
            "template <class T>\nvoid f(T&& value)",
            "bool operator<(A a, B b)",
            "TEST(Reader, reads)",
            "void f(std::vector<int> v = {1, 2})",
            "void f() try",
            "static auto kRun = [](int a)",
            'extern "C" int run(struct stat s)',
            "bool operator()(int a) &&",
        ):
            extra = head.count("\n")
            with self.subTest(head=head):
                self.assert_clean({"hwprobe/a.cpp": function(head, 70 - extra)})
                self.assert_breach(
                    {"hwprobe/a.cpp": "\n" + function(head, 71 - extra)}, "hwprobe/a.cpp:2", "71 lines", "limit 70"
                )

    def test_methods_in_classes_in_namespaces_are_measured(self):
        text = (
            "namespace a::b {\nnamespace {\nclass C final : public B<int(int)> {\n public:\n"
            + function("void run()", 71)
            + "};\n}\n}\n"
        )
        self.assert_breach({"hwprobe/a.hpp": text}, "hwprobe/a.hpp:5", "run", "71 lines")

    def test_long_classes_enums_and_tables_are_no_functions(self):
        fields = "  int a = 1;\n" * 100
        self.assert_clean(
            {
                "hwprobe/a.hpp": f"struct A {{\n{fields}}};\nenum class E : int {{\n{'  a,' * 3}\n}};\n"
                f"constexpr int kTable[] = {{\n{'  1,' * 90}\n}};\nconst A kA = make({{\n{'  1,' * 90}\n}});\n"
            }
        )

    def test_braces_in_strings_comments_and_directives_do_not_count(self):
        noise = [
            '  auto a = "{";',
            "  auto b = '{';",
            "  // {",
            "  /* { */",
            '  auto c = R"x({ " )" {)x";',
            "  auto d = 1'000'000;",
            "#define OPEN {",
            "#define LONG \\",
            "  { {",
        ]
        text = "void run() {\n" + "\n".join(noise) + "\n}\n" + function("void next()", 71)
        self.assert_breach({"hwprobe/a.cpp": text}, f"hwprobe/a.cpp:{len(noise) + 3}", "next", "71 lines")

    def test_what_cannot_be_measured_is_a_breach(self):
        self.assert_breach(
            {"hwprobe/a.cpp": "#if A\nvoid f(int) {\n#else\nvoid f() {\n#endif\n}\n"}, "hwprobe/a.cpp:2", "do not match"
        )

    def test_python_functions_are_measured(self):
        body = "def run():\n" + "    work()\n" * 70
        self.assert_breach({"tests/rules/a.py": "\n" + body}, "tests/rules/a.py:2", "run", "71 lines")
        self.assert_clean({"tests/rules/a.py": body[: -len("    work()\n")]})


if __name__ == "__main__":
    unittest.main()
