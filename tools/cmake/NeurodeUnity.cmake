# neurode_unity(TARGET): with NEURODE_UNITY, compiles the target's sources in groups, each as one file. What their headers
# instantiate is then compiled once a group: a third of the processor time. unity.py says which files go together.
function(neurode_unity target)
  if(NOT NEURODE_UNITY)
    return()
  endif()
  find_program(NEURODE_PYTHON NAMES python3 REQUIRED)
  set(script ${PROJECT_SOURCE_DIR}/tools/cmake/unity.py)
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "^${PROJECT_SOURCE_DIR}/(src|tests)/.*\\.cpp$")
  execute_process(COMMAND ${NEURODE_PYTHON} -B ${script} ${sources} OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" lines "${lines}")
  foreach(line IN LISTS lines)
    if(line MATCHES "^([0-9]+) (.+)$")
      set_source_files_properties(${CMAKE_MATCH_2} PROPERTIES UNITY_GROUP ${target}_${CMAKE_MATCH_1})
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # g++ takes an included source for a header, in which a class with a member from an anonymous namespace is a mistake.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  # Names may have changed as well as files: grouped anew before every build in which one did. That takes a second.
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources} ${script})
endfunction()
