/* Reads a YAML stream with C libyaml and counts its events: what the format itself costs, before anybody looks at it.
   cc -O2 -o libyaml_events libyaml_events.c -lyaml */
#include <stdio.h>
#include <yaml.h>

static int count(FILE *file, unsigned long *events) {
    yaml_parser_t parser;
    yaml_event_t event;
    int done = 0;
    if (!yaml_parser_initialize(&parser)) return 0;
    yaml_parser_set_input_file(&parser, file);
    while (!done) {
        if (!yaml_parser_parse(&parser, &event)) {
            fprintf(stderr, "line %zu: %s\n", parser.problem_mark.line + 1, parser.problem);
            yaml_parser_delete(&parser);
            return 0;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        ++*events;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return 1;
}

int main(int argc, char **argv) {
    unsigned long events = 0;
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 2;
        }
        failed |= !count(file, &events);
        fclose(file);
    }
    printf("%lu events\n", events);
    return failed;
}
