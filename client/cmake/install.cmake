# What programs link: the C++ library, the C library made of it, and how both are found.
include(CMakePackageConfigHelpers)

set_target_properties(bellwether_protocol bellwether_client PROPERTIES POSITION_INDEPENDENT_CODE ON)

# The program has the name already. Of all that it is made of, only bw_... is seen from outside.
add_library(bellwether_c SHARED client/bellwether.cpp)
set_source_files_properties(client/bellwether.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)  # Or it has it all twice.
target_link_libraries(bellwether_c PRIVATE bellwether_client)
target_link_options(bellwether_c PRIVATE -Wl,--exclude-libs,ALL)
set_target_properties(
    bellwether_c PROPERTIES OUTPUT_NAME bellwether VERSION ${PROJECT_VERSION} SOVERSION 0 CXX_VISIBILITY_PRESET hidden
                            VISIBILITY_INLINES_HIDDEN ON)

install(TARGETS bellwether_protocol bellwether_client ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS bellwether_c LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES client/bellwether.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(
    DIRECTORY client protocol
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/bellwether
    FILES_MATCHING PATTERN "*.hpp" PATTERN examples EXCLUDE PATTERN cmake EXCLUDE)

configure_package_config_file(
    client/cmake/bellwether-config.cmake.in ${PROJECT_BINARY_DIR}/generated/bellwether-config.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bellwether
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/generated/bellwether-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/generated/bellwether-config.cmake
              ${PROJECT_BINARY_DIR}/generated/bellwether-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bellwether)
# As seen from where they are, so that an installation can be moved.
file(RELATIVE_PATH bellwether_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
foreach(file IN ITEMS bellwether.pc bellwether-client.pc)
    configure_file(client/cmake/${file}.in ${PROJECT_BINARY_DIR}/generated/${file} @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/generated/${file} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
