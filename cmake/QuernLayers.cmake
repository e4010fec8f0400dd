# Configure-time check: no header is included up the house (docs/architecture.md, "Who may know whom").
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
execute_process(
  COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/.ci/check_layers.py" "${CMAKE_SOURCE_DIR}"
  RESULT_VARIABLE QUERN_LAYERS_RESULT OUTPUT_VARIABLE QUERN_LAYERS_OUTPUT ERROR_VARIABLE QUERN_LAYERS_OUTPUT)
if(NOT QUERN_LAYERS_RESULT EQUAL 0)
  message(FATAL_ERROR "An include goes up the house (docs/architecture.md says who may know whom):\n${QUERN_LAYERS_OUTPUT}")
endif()
