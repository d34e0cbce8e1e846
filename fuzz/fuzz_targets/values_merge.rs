#![no_main]

portolan_fuzz::target!("values_merge");
