# Sanitizers, for everything that is added after this was included.

if(DSR_SANITIZE)
  add_compile_options(-fsanitize=${DSR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DSR_SANITIZE})
endif()

# Under __SANITIZE_THREAD__ protobuf's headers give some classes another layout than its library, as
# packaged, was built with. libstdc++ still has to know, or its shared_ptr is reported as a race.
if(DSR_SANITIZE STREQUAL "thread")
  add_compile_options(-U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
endif()
