# `cmake --install`: the program, the library, its headers and the package files for find_package(neurode).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
install(TARGETS neurode_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS neurode EXPORT neurodeTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/neurode DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT neurodeTargets NAMESPACE neurode:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/neurode)
configure_package_config_file(${PROJECT_SOURCE_DIR}/tools/cmake/neurodeConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/neurodeConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/neurode)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/neurodeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/neurodeConfig.cmake ${PROJECT_BINARY_DIR}/neurodeConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/neurode)
