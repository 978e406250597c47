// Something to compile, which the target of the precompiled headers must have; see CMakeLists.txt.
