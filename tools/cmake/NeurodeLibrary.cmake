# One object library a layer (src/LAYER), joined into the static library neurode::neurode.
# Every .cpp below a layer's folder belongs to it; a new file needs no line here.
find_package(Boost 1.74 REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(HDF5 REQUIRED COMPONENTS C HL)  # HL: dimension scales
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt 9 REQUIRED)
if(NEURODE_OPENMP)
  find_package(OpenMP REQUIRED)
endif()

# SUNDIALS is optional: without it the methods ark436, cvode_adams and cvode_bdf are left out. It is found and linked by
# file, as HDF5 is: the package's own file wants MPI, PETSc and whatever else it was built with.
set(neurode_sundials)
if(NEURODE_SUNDIALS)
  find_path(SUNDIALS_INCLUDE_DIR sundials/sundials_config.h)
  find_library(SUNDIALS_CVODE_LIBRARY sundials_cvode)
  find_library(SUNDIALS_ARKODE_LIBRARY sundials_arkode)
  mark_as_advanced(SUNDIALS_INCLUDE_DIR SUNDIALS_CVODE_LIBRARY SUNDIALS_ARKODE_LIBRARY)
  if(SUNDIALS_INCLUDE_DIR AND SUNDIALS_CVODE_LIBRARY AND SUNDIALS_ARKODE_LIBRARY)
    file(STRINGS ${SUNDIALS_INCLUDE_DIR}/sundials/sundials_config.h version REGEX "define SUNDIALS_VERSION \"")
    string(REGEX MATCH "[0-9.]+" neurode_sundials_version "${version}")
    if(neurode_sundials_version VERSION_GREATER_EQUAL 6.4 AND neurode_sundials_version VERSION_LESS 7)
      set(neurode_sundials ${SUNDIALS_CVODE_LIBRARY} ${SUNDIALS_ARKODE_LIBRARY})
    else()
      message(STATUS "SUNDIALS ${neurode_sundials_version} is not 6.4 to 6.7: built without")
    endif()
  else()
    message(STATUS "SUNDIALS not found: built without")
  endif()
endif()

# The library and its users must compile Eigen alike, whatever -march each is built with: its templates are instantiated
# on both sides and the linker keeps one. So both align the heap alike, for what one side allocates and the other reads
# (fixed-size types follow -march all the same, so public headers hold none; the include-rule check sees to it), and on
# neither side does Eigen start threads: threads are ours, results must not depend on their number. Products keep their
# packing buffers on the stack.
set(neurode_eigen EIGEN_MAX_ALIGN_BYTES=64 EIGEN_DONT_PARALLELIZE EIGEN_STACK_ALLOCATION_LIMIT=2097152)

set(neurode_layers core equations dynamics scenario network learning integrate record analysis run)
set(neurode_objects)
set(neurode_layer_targets)
foreach(layer IN LISTS neurode_layers)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${layer}/*.cpp)
  if(NOT sources)
    continue()
  endif()
  add_library(neurode_${layer} OBJECT ${sources})
  target_include_directories(neurode_${layer} PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(neurode_${layer} PRIVATE neurode_options PUBLIC Eigen3::Eigen fmt::fmt)
  target_compile_definitions(neurode_${layer} PUBLIC ${neurode_eigen})
  if(NEURODE_OPENMP)
    target_link_libraries(neurode_${layer} PUBLIC OpenMP::OpenMP_CXX)
  endif()
  list(APPEND neurode_objects $<TARGET_OBJECTS:neurode_${layer}>)
  list(APPEND neurode_layer_targets neurode_${layer})
endforeach()

# What only one layer may see.
if(TARGET neurode_integrate)
  target_link_libraries(neurode_integrate PRIVATE Boost::headers)
endif()
if(neurode_sundials)
  foreach(layer IN ITEMS integrate run)
    if(TARGET neurode_${layer})
      target_compile_definitions(neurode_${layer} PRIVATE NEURODE_HAVE_SUNDIALS="${neurode_sundials_version}")
    endif()
  endforeach()
  target_include_directories(neurode_integrate SYSTEM PRIVATE ${SUNDIALS_INCLUDE_DIR})
elseif(TARGET neurode_integrate)
  get_target_property(sources neurode_integrate SOURCES)
  list(FILTER sources EXCLUDE REGEX "/integrate/(sundials/|methods/(ark436|cvode_[a-z]+)\\.cpp)")
  set_target_properties(neurode_integrate PROPERTIES SOURCES "${sources}")
endif()
if(TARGET neurode_scenario)
  target_link_libraries(neurode_scenario PRIVATE tomlplusplus::tomlplusplus)
endif()
if(TARGET neurode_run)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/src/run/version.cpp PROPERTIES COMPILE_DEFINITIONS
    "NEURODE_VERSION=\"${PROJECT_VERSION}\";NEURODE_COMPILER=\"${CMAKE_CXX_COMPILER_ID}\";NEURODE_BUILD_TYPE=\"${CMAKE_BUILD_TYPE}\";NEURODE_FLAGS=\"${CMAKE_CXX_FLAGS_${build_type}}\"")
endif()
if(TARGET neurode_record)
  target_include_directories(neurode_record SYSTEM PRIVATE ${HDF5_C_INCLUDE_DIRS})
  target_compile_definitions(neurode_record PRIVATE ${HDF5_C_DEFINITIONS} NEURODE_VERSION="${PROJECT_VERSION}")
endif()

# The built-in models and rules are TOML files, embedded as text.
include(NeurodeEmbed)

add_library(neurode STATIC ${neurode_objects})
add_library(neurode::neurode ALIAS neurode)
target_include_directories(neurode PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
target_compile_features(neurode PUBLIC cxx_std_20)
target_compile_definitions(neurode PUBLIC ${neurode_eigen})
target_link_libraries(neurode PUBLIC Eigen3::Eigen fmt::fmt PRIVATE ${HDF5_C_HL_LIBRARIES} ${HDF5_C_LIBRARIES}
                      ${neurode_sundials})
if(NEURODE_OPENMP)
  target_link_libraries(neurode PUBLIC OpenMP::OpenMP_CXX)
endif()
