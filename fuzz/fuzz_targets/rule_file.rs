#![no_main]

portolan_fuzz::target!("rule_file");
