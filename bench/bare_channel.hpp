// The floor: one cipher and the socket calls, nothing else. What a secure channel costs that does no work of its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace quern::bench {

inline constexpr std::size_t kBareRecordBytes = 16 << 10;
inline constexpr std::size_t kBareBatchBytes = 256 << 10;  // of one send() and of one recv() at most

// Blocking sockets on 127.0.0.1.
int listen_on_loopback(std::uint16_t& port);
int accept_one(int listener);
int connect_to_loopback(std::uint16_t port);

// Encrypts `bytes` from a buffer of the application and sends them; receives and decrypts until the end.
void send_sealed(int socket, const char* cipher, std::uint64_t bytes);
void receive_sealed(int socket, const char* cipher);
// The same without a cipher.
void send_plain(int socket, std::uint64_t bytes);
void receive_plain(int socket);
// `size` bytes go and come back `rounds` times; the other side returns them. Says the median round trip, microseconds.
double round_trips(int socket, std::size_t size, int rounds);
void return_bytes(int socket, std::size_t size);

}  // namespace quern::bench
