#include "bench/bare_channel.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/process_pair.hpp"

namespace quern::bench {

namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kLengthBytes = 2;
constexpr std::size_t kWireBytes = kLengthBytes + kBareRecordBytes + kTagBytes;

void require(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::_Exit(2);
}

class Aead {
 public:
  Aead(const char* name, bool seals) : context_(EVP_CIPHER_CTX_new()) {
    EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
    const std::array<unsigned char, 32> key{1};
    require(cipher && EVP_CipherInit_ex2(context_, cipher, key.data(), nullptr, seals, nullptr) == 1, name);
    EVP_CIPHER_free(cipher);
  }
  ~Aead() { EVP_CIPHER_CTX_free(context_); }
  Aead(const Aead&) = delete;
  Aead& operator=(const Aead&) = delete;

  void seal(const unsigned char* from, unsigned char* to, int size) {
    next_nonce();
    int done = 0;
    EVP_EncryptUpdate(context_, to, &done, from, size);
    EVP_EncryptFinal_ex(context_, to + size, &done);
    EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_GET_TAG, kTagBytes, to + size);
  }
  void open(unsigned char* record, int size) {
    next_nonce();
    int done = 0;
    EVP_DecryptUpdate(context_, record, &done, record, size);
    EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_SET_TAG, kTagBytes, record + size);
    require(EVP_DecryptFinal_ex(context_, record + size, &done) == 1, "tag");
  }

 private:
  void next_nonce() {
    std::array<unsigned char, 12> nonce{};
    std::memcpy(nonce.data() + 4, &count_, sizeof count_);
    ++count_;
    EVP_CipherInit_ex2(context_, nullptr, nullptr, nonce.data(), -1, nullptr);
  }
  EVP_CIPHER_CTX* context_;
  std::uint64_t count_ = 0;
};

void send_all(int socket, const unsigned char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(socket, data, size, 0);
    require(sent > 0, "send");
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

void receive_all(int socket, unsigned char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket, data, size, 0);
    require(got > 0, "recv");
    data += got;
    size -= static_cast<std::size_t>(got);
  }
}

void no_delay(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

int listen_on_loopback(std::uint16_t& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* address = reinterpret_cast<sockaddr*>(&at);
  require(::bind(socket, address, size) == 0 && ::listen(socket, 16) == 0, "listen");
  require(::getsockname(socket, address, &size) == 0, "getsockname");
  port = ntohs(at.sin_port);
  return socket;
}

int accept_one(int listener) {
  const int socket = ::accept(listener, nullptr, nullptr);
  require(socket >= 0, "accept");
  no_delay(socket);
  return socket;
}

int connect_to_loopback(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(port);
  require(::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0, "connect");
  no_delay(socket);
  return socket;
}

void send_sealed(int socket, const char* cipher, std::uint64_t bytes) {
  Aead aead(cipher, true);
  const std::vector<unsigned char> application(64 << 10, 'x');
  std::vector<unsigned char> out(kBareBatchBytes / kBareRecordBytes * kWireBytes);
  while (bytes > 0) {
    std::size_t filled = 0;
    for (std::size_t record = 0; record < kBareBatchBytes / kBareRecordBytes && bytes > 0; ++record) {
      const std::size_t size = std::min<std::uint64_t>(bytes, kBareRecordBytes);
      unsigned char* to = out.data() + filled;
      to[0] = static_cast<unsigned char>((size + kTagBytes) >> 8);
      to[1] = static_cast<unsigned char>(size + kTagBytes);
      aead.seal(application.data() + record * kBareRecordBytes % application.size(), to + kLengthBytes,
                static_cast<int>(size));
      filled += kLengthBytes + size + kTagBytes;
      bytes -= size;
    }
    send_all(socket, out.data(), filled);
  }
  ::shutdown(socket, SHUT_WR);
}

void receive_sealed(int socket, const char* cipher) {
  Aead aead(cipher, false);
  std::vector<unsigned char> in(kBareBatchBytes + kWireBytes);
  std::size_t filled = 0;
  for (;;) {
    const ssize_t got = ::recv(socket, in.data() + filled, in.size() - filled, 0);
    require(got >= 0, "recv");
    if (got == 0) return;
    filled += static_cast<std::size_t>(got);
    std::size_t done = 0;
    while (filled - done >= kLengthBytes) {
      const std::size_t size = static_cast<std::size_t>(in[done]) << 8 | in[done + 1];
      if (filled - done < kLengthBytes + size) break;
      aead.open(in.data() + done + kLengthBytes, static_cast<int>(size - kTagBytes));
      done += kLengthBytes + size;
    }
    std::memmove(in.data(), in.data() + done, filled - done);
    filled -= done;
  }
}

void send_plain(int socket, std::uint64_t bytes) {
  const std::vector<unsigned char> application(kBareBatchBytes, 'x');
  while (bytes > 0) {
    const std::size_t size = std::min<std::uint64_t>(bytes, application.size());
    send_all(socket, application.data(), size);
    bytes -= size;
  }
  ::shutdown(socket, SHUT_WR);
}

void receive_plain(int socket) {
  std::vector<unsigned char> in(kBareBatchBytes);
  while (::recv(socket, in.data(), in.size(), 0) > 0) {
  }
}

double round_trips(int socket, std::size_t size, int rounds) {
  std::vector<unsigned char> message(size, 'x');
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const double start = steady_seconds();
    send_all(socket, message.data(), size);
    receive_all(socket, message.data(), size);
    times.push_back((steady_seconds() - start) * 1e6);
  }
  return median(times);
}

void return_bytes(int socket, std::size_t size) {
  std::vector<unsigned char> message(size);
  for (;;) {
    std::size_t filled = 0;
    while (filled < size) {
      const ssize_t got = ::recv(socket, message.data() + filled, size - filled, 0);
      if (got <= 0) return;
      filled += static_cast<std::size_t>(got);
    }
    send_all(socket, message.data(), size);
  }
}

}  // namespace quern::bench
