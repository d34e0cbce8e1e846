#![no_main]

portolan_fuzz::target!("whole_check");
