#include "unit/delivery/hostile_urls.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace dsr {
namespace {

using std::string_literals::operator""s;

// PORT stands for the canary's.
std::vector<std::string> Templates() {
  return {
      // Other schemes, or none.
      "http://127.0.0.1:PORT/",
      "http://public.test:PORT/",
      "http://rebound.test:PORT/",
      "file:///etc/passwd",
      "file://localhost/etc/passwd",
      "gopher://127.0.0.1:PORT/_POST%20/",
      "dict://127.0.0.1:PORT/info",
      "ftp://127.0.0.1:PORT/",
      "ldap://127.0.0.1:PORT/",
      "smtp://127.0.0.1:PORT/",
      "imap://127.0.0.1:PORT/",
      "telnet://127.0.0.1:PORT/",
      "tftp://127.0.0.1:PORT/x",
      "scp://127.0.0.1:PORT/x",
      "rtsp://127.0.0.1:PORT/",
      "mqtt://127.0.0.1:PORT/x",
      "smb://127.0.0.1:PORT/x",
      "ws://127.0.0.1:PORT/",
      "wss://127.0.0.1:PORT/",
      "unix:///var/run/docker.sock",
      "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
      "javascript:alert(1)",
      "data:text/plain,x",
      "127.0.0.1:PORT",
      "//127.0.0.1:PORT/",
      "https:127.0.0.1:PORT/",
      "https:/127.0.0.1:PORT/",
      "https:///127.0.0.1:PORT/",
      "https:////127.0.0.1:PORT/",
      "HtTpS://127.0.0.1:PORT/",
      " https://127.0.0.1:PORT/",
      "https://127.0.0.1:PORT/ ",
      "url:https://127.0.0.1:PORT/",
      "https://",
      "https://:PORT/",
      "",
      // One host for who reads, another for who connects.
      "https://user:word@127.0.0.1:PORT/",
      "https://@127.0.0.1:PORT/",
      "https://:@127.0.0.1:PORT/",
      "https://public.test@127.0.0.1:PORT/",
      "https://public.test:443@127.0.0.1:PORT/",
      "https://public.test%40127.0.0.1:PORT/",
      "https://127.0.0.1:PORT@public.test/",
      "https://a@b@127.0.0.1:PORT/",
      "https://public.test\\@127.0.0.1:PORT/",
      "https://127.0.0.1:PORT\\@public.test/",
      "https://127.0.0.1\\.public.test:PORT/",
      "https:\\\\127.0.0.1:PORT\\",
      "https://public.test#@127.0.0.1:PORT/",
      "https://127.0.0.1:PORT#@public.test/",
      "https://127.0.0.1:PORT/#",
      "https://127.0.0.1:PORT?@public.test/",
      "https://public.test:PORT:PORT/",
      "https://127.0.0.1:PORT;public.test/",
      "https://127.0.0.1,public.test:PORT/",
      "https://127.0.0.1 public.test:PORT/",
      "https://127.0.0.1\tpublic.test:PORT/",
      "https://127.0.0.1:PORT\0.public.test/"s,
      "https://public.test\0@127.0.0.1:PORT/"s,
      "https://127.0.0.1%00.public.test:PORT/",
      "https://public.test/\r\nHost: 127.0.0.1:PORT\r\n\r\n",
      "https://127.0.0.1:PORT\r\n.public.test/",
      "https://127.0.0.1%0d%0a.public.test:PORT/",
      // 127.0.0.1 in other words.
      "https://127.0.0.1:PORT/",
      "https://127.0.0.1.:PORT/",
      "https://127.0.0.1..:PORT/",
      "https://127.1:PORT/",
      "https://127.0.1:PORT/",
      "https://127.000.000.001:PORT/",
      "https://127.127.127.127:PORT/",
      "https://2130706433:PORT/",
      "https://4425673729:PORT/",  // 2^32 more, for who does not look at overflow
      "https://0x7f000001:PORT/",
      "https://0X7F000001:PORT/",
      "https://0x7f.0x0.0x0.0x1:PORT/",
      "https://0x7f.1:PORT/",
      "https://017700000001:PORT/",
      "https://0177.0.0.1:PORT/",
      "https://0177.0.0x1:PORT/",
      "https://00000177.0.0.1:PORT/",
      "https://383.0.0.1:PORT/",  // 256 more
      "https://127.0.0.1:0PORT/",
      "https://%31%32%37%2e%30%2e%30%2e%31:PORT/",
      "https://127%2e0%2e0%2e1:PORT/",
      "https://%6c%6f%63%61%6c%68%6f%73%74:PORT/",
      "https://１２７.０.０.１:PORT/",
      "https://127。0。0。1:PORT/",
      "https://127．0．0．1:PORT/",
      "https://①②⑦.⓪.⓪.①:PORT/",
      "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/",
      "https://ｌｏｃａｌｈｏｓｔ:PORT/",
      "https://127.0.0.1\xc2\xad:PORT/",  // a soft hyphen, which IDNA drops
      "https://xn--127.0.0.1-:PORT/",
      // IPv6, and IPv4 in it.
      "https://[::1]:PORT/",
      "https://[0:0:0:0:0:0:0:1]:PORT/",
      "https://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT/",
      "https://[::0.0.0.1]:PORT/",
      "https://[::1%25lo]:PORT/",
      "https://[::1%lo]:PORT/",
      "https://[::1%251]:PORT/",
      "https://::1:PORT/",
      "https://[::ffff:127.0.0.1]:PORT/",
      "https://[::ffff:7f00:1]:PORT/",
      "https://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
      "https://[::127.0.0.1]:PORT/",
      "https://[::7f00:1]:PORT/",
      "https://[64:ff9b::127.0.0.1]:PORT/",
      "https://[64:ff9b:1::127.0.0.1]:PORT/",
      "https://[2002:7f00:1::1]:PORT/",
      "https://[2001:0:7f00:1::80ff:fffe]:PORT/",
      "https://[fe80::1%25eth0]:PORT/",
      "https://[fe80::1]:PORT/",
      "https://[v1.::1]:PORT/",
      "https://[127.0.0.1]:PORT/",
      "https://[localhost]:PORT/",
      // This machine, by any address.
      "https://0.0.0.0:PORT/",
      "https://0:PORT/",
      "https://0x0:PORT/",
      "https://[::]:PORT/",
      "https://[::ffff:0.0.0.0]:PORT/",
      // What clouds keep for their own.
      "https://169.254.169.254/latest/meta-data/",
      "https://169.254.169.254:PORT/",
      "https://2852039166/",
      "https://0xa9fea9fe/",
      "https://0251.0376.0251.0376/",
      "https://[::ffff:169.254.169.254]/",
      "https://[64:ff9b::a9fe:a9fe]/",
      "https://[fd00:ec2::254]/",
      "https://[fd20:ce::254]/",
      "https://169.254.170.2/v2/credentials",
      "https://100.100.100.200/latest/meta-data/",
      "https://192.0.0.192/",
      "https://168.63.129.16/",
      "https://168.63.129.16:32526/",
      "https://metadata.google.internal/computeMetadata/v1/",
      "https://metadata/",
      "https://instance-data.ec2.internal/",
      "https://wireserver.test:32526/",
      // Own networks, and what is no host.
      "https://10.0.0.1:PORT/",
      "https://10.255.255.255/",
      "https://172.16.0.1:PORT/",
      "https://172.31.255.255/",
      "https://192.168.0.1:PORT/",
      "https://3232235521/",
      "https://100.64.0.1/",
      "https://198.18.0.1/",
      "https://192.88.99.1/",
      "https://[fc00::1]:PORT/",
      "https://[fd00::1]:PORT/",
      "https://[fec0::1]:PORT/",
      "https://224.0.0.1:PORT/",
      "https://239.255.255.250/",
      "https://240.0.0.1/",
      "https://255.255.255.255:PORT/",
      "https://[ff02::1]:PORT/",
      "https://192.0.2.1/",
      "https://[2001:db8::1]/",
      // Ports of other services.
      "https://public.test:22/",
      "https://public.test:25/",
      "https://public.test:53/",
      "https://public.test:80/",
      "https://public.test:0/",
      "https://public.test:65536/",
      "https://public.test:-1/",
      "https://public.test:4294967739/",  // 443 and 2^32
      "https://public.test:0x1bb/",
      "https://public.test:PORTx/",
      "https://10.0.0.1:5432/",
      "https://127.0.0.1:6379/",
      "https://127.0.0.1:11211/",
      // Names: of this machine, and of addresses that are not to be reached.
      "https://localhost:PORT/",
      "https://LOCALHOST:PORT/",
      "https://localhost.:PORT/",
      "https://anything.localhost:PORT/",
      "https://localhost.localdomain:PORT/",
      "https://localhost6:PORT/",
      "https://ip6-localhost:PORT/",
      "https://rebound.test:PORT/",
      "https://rebound.test.:PORT/",
      "https://REBOUND.test:PORT/",
      "https://127.0.0.1.names.test:PORT/",
      "https://7f000001.names.test:PORT/",
      "https://rebound6.test:PORT/",
      "https://mapped.test:PORT/",
      "https://nat64.test:PORT/",
      "https://six-to-four.test:PORT/",
      "https://teredo.test:PORT/",
      "https://zero.test:PORT/",
      "https://zero6.test:PORT/",
      "https://private.test:PORT/",
      "https://unique-local.test:PORT/",
      "https://link-local6.test:PORT/",
      "https://broadcast.test:PORT/",
      "https://multicast.test:PORT/",
      "https://one-of-many.test:PORT/",
      "https://first-of-many.test:PORT/",
      "https://both-families.test:PORT/",
      "https://intranet:PORT/",
      "https://unknown.test:PORT/",
  };
}

}  // namespace

void SetHostileNames(FakeNetwork& network) {
  const std::vector<std::string> loopback = {"127.0.0.1", "::1"};
  for (const char* name :
       {"localhost", "anything.localhost", "localhost.localdomain", "localhost6", "ip6-localhost",
        "rebound.test", "127.0.0.1", "127.0.0.1.names.test", "7f000001.names.test"}) {
    network.SetName(name, {loopback});
  }
  network.SetName("public.test", {{kPublic4, kPublic6}});
  network.SetName("metadata.google.internal", {{"169.254.169.254"}});
  network.SetName("metadata", {{"169.254.169.254"}});
  network.SetName("instance-data.ec2.internal", {{"169.254.169.254", "fd00:ec2::254"}});
  network.SetName("wireserver.test", {{"168.63.129.16"}});
  network.SetName("rebound6.test", {{"::1"}});
  network.SetName("mapped.test", {{"::ffff:127.0.0.1"}});
  network.SetName("nat64.test", {{"64:ff9b::7f00:1"}});
  network.SetName("six-to-four.test", {{"2002:7f00:1::1"}});
  network.SetName("teredo.test", {{"2001:0:7f00:1::80ff:fffe"}});
  network.SetName("zero.test", {{"0.0.0.0"}});
  network.SetName("zero6.test", {{"::"}});
  network.SetName("private.test", {{"10.1.2.3", "172.20.0.1", "192.168.1.1"}});
  network.SetName("unique-local.test", {{"fd12:3456::1"}});
  network.SetName("link-local6.test", {{"fe80::1"}});
  network.SetName("broadcast.test", {{"255.255.255.255"}});
  network.SetName("multicast.test", {{"224.0.0.251", "ff02::fb"}});
  network.SetName("one-of-many.test", {{kPublic4, kPublic4, "127.0.0.1"}});
  network.SetName("first-of-many.test", {{"127.0.0.1", kPublic4}});
  network.SetName("both-families.test", {{kPublic4, "::1"}});
  network.SetName("intranet", {{"10.0.0.10"}});
}

std::vector<std::string> HostileUrls(int port) {
  std::vector<std::string> urls;
  for (const std::string& one : Templates()) {
    urls.push_back(absl::StrReplaceAll(one, {{"PORT", absl::StrCat(port)}}));
  }
  return urls;
}

}  // namespace dsr
