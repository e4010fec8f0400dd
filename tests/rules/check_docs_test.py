"""The rule of documents: dependencies, scripts, presets, links, change log."""

import unittest

from planted_tree import RuleTest

TREE = {
    "CMakeLists.txt": "find_package(Boost 1.81 REQUIRED)\n"
    "pkg_check_modules(hwloc REQUIRED IMPORTED_TARGET hwloc>=2.9)\n",
    "CMakePresets.json": '{"configurePresets": [{"name": "base", "hidden": true}, {"name": "dev"}]}',
    "LICENSE": "Apache License\n",
    "README.md": "Run scripts/install-deps, then cmake --preset dev. See [the house](docs/dependencies.md).\n",
    "CONTRIBUTING.md": "Be kind. [Web](https://example.org/x), [here](#top).\n",
    "CHANGELOG.md": "# Changes\n\n## [Unreleased]\n",
    "docs/dependencies.md": "| package | licence | linked | for |\n|---|---|---|---|\n"
    "| `libboost-dev` | BSL-1.0 | yes | Boost.Asio |\n"
    "| `libhwloc-dev` | BSD-3 | yes | hwloc: topology |\n| `lint` or `lint-nox` | GPL-3 | no | linter |\n",
    "scripts/install-deps": "printf 'libboost-dev\\nlibhwloc-dev\\nlint|lint-nox\\n'\n",
}


class Docs(RuleTest):
    rule = "check_docs.py"

    def with_change(self, name, old, new):
        self.assertIn(old, TREE[name])
        return TREE | {name: TREE[name].replace(old, new)}

    def test_a_tree_whose_documents_are_true_is_clean(self):
        self.assert_clean(TREE)

    def test_a_package_without_a_row_is_refused(self):
        self.assert_breach(
            self.with_change("scripts/install-deps", "libboost-dev", "libboost-dev\\nlibnew-dev"),
            "scripts/install-deps:1",
            "libnew-dev",
        )

    def test_a_row_without_a_package_is_refused(self):
        self.assert_breach(
            self.with_change("scripts/install-deps", "libhwloc-dev\\n", ""), "docs/dependencies.md:4", "libhwloc-dev"
        )

    def test_what_cmake_finds_must_be_documented(self):
        self.assert_breach(
            self.with_change("CMakeLists.txt", "Boost 1.81", "Boost)\nfind_package(Protobuf"),
            "CMakeLists.txt:2",
            "Protobuf",
        )
        self.assert_breach(
            self.with_change("CMakeLists.txt", " hwloc>=2.9", " libnuma>=2"), "CMakeLists.txt:2", "libnuma"
        )

    def test_a_linked_gpl_library_is_refused_and_lgpl_is_not(self):
        self.assert_breach(
            self.with_change("docs/dependencies.md", "BSD-3", "GPL-2"), "docs/dependencies.md:4", "GPL-2"
        )
        self.assert_breach(
            self.with_change("docs/dependencies.md", "BSD-3", "AGPL-3"), "docs/dependencies.md:4", "AGPL-3"
        )
        self.assert_clean(self.with_change("docs/dependencies.md", "BSD-3", "LGPL-2.1"))

    def test_documents_name_only_what_exists(self):
        self.assert_breach(
            self.with_change("CONTRIBUTING.md", "Be kind.", "Run scripts/deploy."),
            "CONTRIBUTING.md:1",
            "scripts/deploy",
        )
        self.assert_breach(self.with_change("README.md", "--preset dev", "--preset fast"), "README.md:1", "fast")
        self.assert_breach(
            self.with_change("README.md", "docs/dependencies.md", "docs/house.md"), "README.md:1", "docs/house.md"
        )

    def test_a_block_that_is_a_file_must_be_that_file(self):
        document = "Shown:\n\n<!-- the same as docs/hello.cpp -->\n```cpp\nint main() {}\n```\n"
        self.assert_clean(TREE | {"docs/show.md": document, "docs/hello.cpp": "int main() {}\n"})
        for file in ("int main() { return 0; }\n", "int main() {}\n\n"):
            self.assert_breach(
                TREE | {"docs/show.md": document, "docs/hello.cpp": file}, "docs/show.md:3", "docs/hello.cpp"
            )
        self.assert_breach(TREE | {"docs/show.md": document}, "docs/show.md:3", "docs/hello.cpp")
        self.assert_breach(
            TREE | {"docs/show.md": document.replace("```", "~~~"), "docs/hello.cpp": "int main() {}\n"},
            "docs/show.md:3",
            "no block",
        )

    def test_every_script_is_named(self):
        self.assert_breach(TREE | {"scripts/secret": ""}, "scripts/secret:1", "README.md")

    def test_a_missing_unreleased_section_or_document_is_refused(self):
        self.assert_breach(self.with_change("CHANGELOG.md", "[Unreleased]", "1.0"), "CHANGELOG.md:1", "Unreleased")
        self.assert_breach({name: text for name, text in TREE.items() if name != "LICENSE"}, "LICENSE:1", "missing")


if __name__ == "__main__":
    unittest.main()
