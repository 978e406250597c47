/* Says who leads, a line a change. `who_leads RUN_DIR [ELECTION [LINES]]` */
#include <bellwether.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    char error[256] = "usage: who_leads RUN_DIR [ELECTION [LINES]]";
    bw_watch *watch = argc > 1 ? bw_watch_open(argv[1], argc > 2 ? argv[2] : NULL, error, sizeof error) : NULL;
    if (watch == NULL) {
        fprintf(stderr, "who_leads: %s\n", error);
        return 2;
    }
    int lines = argc > 3 ? atoi(argv[3]) : -1;
    while (lines != 0) {
        bw_leader leader;
        int news = bw_watch_next(watch, 1000, &leader);
        if (news < 0) break;
        if (news == 0) continue;
        printf("%s %" PRIu64 " %s\n", leader.leader[0] != '\0' ? leader.leader : "nobody", leader.token, leader.reason);
        fflush(stdout);
        if (lines > 0) --lines;
    }
    bw_watch_close(watch);
    return 0;
}
