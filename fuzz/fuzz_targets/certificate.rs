#![no_main]

portolan_fuzz::target!("certificate");
