// One transfer by libcurl, with the settings that every transfer of ours has.
#ifndef DSR_DELIVERY_CURL_TRANSFER_H_
#define DSR_DELIVERY_CURL_TRANSFER_H_

#include <curl/curl.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dsr {

// How long a transfer may take.
struct TransferTimeouts {
  absl::Duration connect = absl::Seconds(5);
  // All of it, name resolution and connection included.
  absl::Duration total = absl::Seconds(20);
};

// A list of texts that libcurl reads, in its own form.
class CurlList {
 public:
  void Add(const std::string& text);
  curl_slist* get() const { return list_.get(); }

 private:
  struct Deleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, Deleter> list_;
};

// What libcurl does transfers with. It keeps the connection of the last one open.
struct CurlHandleDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using CurlHandle = std::unique_ptr<CURL, CurlHandleDeleter>;

// A transfer without redirects, proxies or signals, restricted to some protocols, that reads at
// most 64 KiB of the answer and keeps none of it unless it is told to. Used once. Not thread-safe;
// used by the calling thread only.
class CurlTransfer {
 public:
  static constexpr size_t kMostAnswerBytes = 64 * 1024;

  // `protocols` are those that the URL may have, such as `https` or `smtp,smtps`. `ca_file` holds
  // the certificates to trust, in PEM; the system's when empty. `handle` may be one that an earlier
  // transfer gave back, whose connection is then used again if it leads to the same place; null for
  // a new one.
  CurlTransfer(const std::string& url, const std::string& protocols,
               const TransferTimeouts& timeouts, const std::string& ca_file,
               CurlHandle handle = nullptr);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // Sets an option. One that libcurl does not take makes Perform fail, so that no protection is
  // ever missing unnoticed. What a pointer points to is not copied unless libcurl says so.
  template <class T>
  void Set(CURLoption option, T value) {
    if (handle_ == nullptr || curl_easy_setopt(handle_.get(), option, value) != CURLE_OK) {
      is_ready_ = false;
    }
  }

  // Keeps the answer, for answer().
  void KeepAnswer() { keeps_answer_ = true; }

  // Carries the transfer out and returns what came of it. An answer that was cut off at the limit
  // counts as read. Blocks.
  CURLcode Perform();

  // The last status of HTTP or SMTP; 0 when there was none.
  long ResponseCode() const;
  // The value of a header of the last answer; empty when it has none.
  std::string ResponseHeader(const char* name) const;
  // The body of the answer, up to where it was cut off.
  const std::string& answer() const { return answer_; }
  // True when the body had more than kMostAnswerBytes.
  bool was_cut_off() const { return was_cut_off_; }

  // Gives the handle back, with its connection and without any setting of this transfer, which
  // must not be used after.
  CurlHandle TakeHandle();

  // A word for why the transfer failed: `name-resolution`, `connection-refused`, `unreachable`,
  // `timeout`, `tls`, `connection-lost`, `transport-<number of libcurl>`.
  std::string FailureCode(CURLcode result) const;

 private:
  static size_t Receive(char* data, size_t size, size_t count, void* transfer);

  CurlHandle handle_;
  bool is_ready_ = true;
  bool keeps_answer_ = false;
  std::string answer_;
  size_t answer_bytes_ = 0;
  bool was_cut_off_ = false;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_CURL_TRANSFER_H_
