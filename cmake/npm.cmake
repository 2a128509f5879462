# npm_packages(<target> <folder>)
#
# A target that makes <folder>/node_modules what <folder>/package-lock.json says.
# It needs npm and the network only if that is not so already.

include_guard()
set(NPM_CI ${CMAKE_CURRENT_LIST_DIR}/npm_ci.cmake)

function(npm_packages target folder)
  find_program(NPM npm)
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/${target}.stamp)
  add_custom_command(
    OUTPUT ${stamp}
    DEPENDS ${folder}/package.json ${folder}/package-lock.json ${NPM_CI}
    COMMAND ${CMAKE_COMMAND} -DNPM=${NPM} -DFOLDER=${folder} -P ${NPM_CI}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    COMMENT "Checking ${folder}/node_modules"
    VERBATIM)
  add_custom_target(${target} DEPENDS ${stamp})
endfunction()
