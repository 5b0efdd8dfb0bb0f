# `cmake --install`: the program, the library, its headers and the package files for find_package(neurode).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(neurode_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/neurode)
install(TARGETS neurode_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS neurode EXPORT neurodeTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/neurode DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT neurodeTargets NAMESPACE neurode:: DESTINATION ${neurode_package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/tools/cmake/neurodeConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/neurodeConfig.cmake
                              INSTALL_DESTINATION ${neurode_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/neurodeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/neurodeConfig.cmake ${PROJECT_BINARY_DIR}/neurodeConfigVersion.cmake
        DESTINATION ${neurode_package_dir})
