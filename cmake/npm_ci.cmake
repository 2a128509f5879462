# Run by npm_packages(): cmake -DNPM=npm -DFOLDER=folder -P npm_ci.cmake

cmake_minimum_required(VERSION 3.21)

# Whether each package that the lock names is there, at its version.
function(packages_are_there ret_are)
  set(${ret_are} FALSE PARENT_SCOPE)
  file(READ ${FOLDER}/package-lock.json lock)
  string(JSON last LENGTH ${lock} packages)
  math(EXPR last "${last} - 1")
  foreach(i RANGE ${last})
    string(JSON path MEMBER ${lock} packages ${i})
    if(path STREQUAL "")
      continue() # the folder itself
    endif()
    if(NOT EXISTS ${FOLDER}/${path}/package.json)
      return()
    endif()
    file(READ ${FOLDER}/${path}/package.json package)
    string(JSON wanted GET ${lock} packages ${path} version)
    string(JSON there ERROR_VARIABLE error GET ${package} version)
    if(NOT there STREQUAL wanted)
      return()
    endif()
  endforeach()
  set(${ret_are} TRUE PARENT_SCOPE)
endfunction()

packages_are_there(are_there)
if(are_there)
  return()
endif()

if(NOT NPM)
  message(FATAL_ERROR
    "npm is not there to fetch what ${FOLDER}/package-lock.json names. Install npm, or configure "
    "with -DWINDSCREEN_WEB=OFF to build without the browser client.")
endif()
execute_process(
  COMMAND ${NPM} ci --ignore-scripts
  WORKING_DIRECTORY ${FOLDER}
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR
    "npm could not fetch what ${FOLDER}/package-lock.json names. Without a network, "
    "-DWINDSCREEN_WEB=OFF builds without the browser client.")
endif()
