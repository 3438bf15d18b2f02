#include "integration/kept_bytes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace dsr {
namespace {

std::string BytesOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace

std::string BytesOfFiles(const std::string& data_dir) {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(data_dir)) {
    if (entry.is_regular_file()) bytes += BytesOf(entry.path());
  }
  EXPECT_FALSE(bytes.empty());
  return bytes;
}

LogCapture::LogCapture() {
  std::fflush(stderr);
  standard_error_ = dup(STDERR_FILENO);
  const int file = open(dir_.File("log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  EXPECT_GE(dup2(file, STDERR_FILENO), 0);
  close(file);
}

LogCapture::~LogCapture() {
  const std::string text = Text();
  dup2(standard_error_, STDERR_FILENO);
  close(standard_error_);
  // On to whoever else looks at it.
  std::fwrite(text.data(), 1, text.size(), stderr);
}

std::string LogCapture::Text() {
  std::fflush(stderr);
  return BytesOf(dir_.File("log"));
}

}  // namespace dsr
