from conan import ConanFile
from conan.tools.cmake import cmake_layout
from conan.tools.files import load


class Lathe(ConanFile):
    name = "lathe"
    license = "MIT"
    url = "https://gitlab.example.org/lathe/controller"
    description = "Part programs to motion for small CNC lathes"
    settings = "os", "compiler", "build_type", "arch"
    requires = "fmt/11.0.2", "nlohmann_json/3.11.3", "qt/6.7.3"
    test_requires = "gtest/1.15.0"
    generators = "CMakeDeps", "CMakeToolchain"

    def set_version(self):
        self.version = load(self, "VERSION").strip()

    def layout(self):
        cmake_layout(self)
