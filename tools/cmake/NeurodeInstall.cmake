# `cmake --install`: the program, the Python package that it draws with, the library, its headers and the package files
# for find_package(neurode).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(neurode_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/neurode)
install(TARGETS neurode_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tools/python/src/neurode DESTINATION ${CMAKE_INSTALL_DATADIR}/neurode/python
        FILES_MATCHING PATTERN "*.py")
# In the build folder it stands as it is installed: in share/neurode/python.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/neurode)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/tools/python/src ${PROJECT_BINARY_DIR}/share/neurode/python SYMBOLIC)
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
