// The system calls of an echo server and nothing else: one thread asks an epoll who has sent something, reads
// that into the one buffer there is, and sends it back. No server that reads and writes can do with less.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int must(int result, const char *what) {
	if (result < 0) {
		perror(what);
		exit(1);
	}
	return result;
}

static void watch(int epoll, int fd) {
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = fd};
	must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static void accept_all(int epoll, int listener) {
	int fd, yes = 1;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), "setsockopt");
		watch(epoll, fd);
	}
	if (errno != EAGAIN)
		must(fd, "accept4");
}

// A request of the benchmark comes in one piece, and there is room for the answer.
static void echo_once(int fd) {
	static char buffer[4096];
	ssize_t n = recv(fd, buffer, sizeof buffer, 0);
	if (n <= 0) { // the client has gone
		close(fd);
		return;
	}
	if (send(fd, buffer, n, MSG_NOSIGNAL) != n) {
		fprintf(stderr, "not all of %zd bytes were sent: more is under way than this can do\n", n);
		exit(1);
	}
}

int main(void) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int listener = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
	must(bind(listener, (struct sockaddr *)&address, size), "bind");
	must(listen(listener, SOMAXCONN), "listen");
	must(getsockname(listener, (struct sockaddr *)&address, &size), "getsockname");
	printf("127.0.0.1:%d C, %s\n", ntohs(address.sin_port), __VERSION__);
	fflush(stdout);

	int epoll = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
	watch(epoll, listener);
	for (;;) {
		static struct epoll_event events[256];
		int n = epoll_wait(epoll, events, 256, -1);
		if (n < 0 && errno != EINTR)
			must(n, "epoll_wait");
		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listener)
				accept_all(epoll, listener);
			else
				echo_once(events[i].data.fd);
		}
	}
}
