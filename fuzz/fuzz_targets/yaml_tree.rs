#![no_main]

portolan_fuzz::target!("yaml_tree");
