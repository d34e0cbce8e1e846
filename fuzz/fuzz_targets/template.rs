#![no_main]

portolan_fuzz::target!("template");
