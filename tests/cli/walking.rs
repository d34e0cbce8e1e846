//! Folders: what is looked at in them, and what is passed over.

use crate::sandbox::{Sandbox, values};

#[test]
fn a_folder_is_walked_and_what_is_not_ours_is_counted() {
    let sandbox = Sandbox::new();
    sandbox
        .put("deploy/customizations.yaml", values("60"))
        .put("deploy/b/live.yml", values("60"))
        .put(
            "deploy/compose.yaml",
            "services:\n  web:\n    image: nginx\n",
        )
        .put("deploy/README.md", "# Deployment\n")
        .put("deploy/.cache/old.yaml", values("60"))
        .put("deploy/.gitignore", "build/\n")
        .put("deploy/build/copy.yaml", values("60"))
        .put("deploy/chart/Chart.yaml", "apiVersion: v2\nname: carto\n")
        .put(
            "deploy/chart/templates/router.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: {{ .x }}\n",
        );
    let said = sandbox.timeouts("deploy");
    assert_eq!(
        said.findings(),
        ["deploy/b/live.yml:7:77", "deploy/customizations.yaml:7:77"]
    );
    assert!(said.out.contains("2 releases in 2 files"), "{}", said.out);
    assert!(said.out.contains("3 files skipped"), "{}", said.out);
    // Named, it is checked all the same, and once.
    let said = sandbox.timeouts("deploy/build/copy.yaml deploy/b deploy/b/live.yml");
    assert_eq!(
        said.findings(),
        ["deploy/b/live.yml:7:77", "deploy/build/copy.yaml:7:77"]
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_in_a_folder() {
    let sandbox = Sandbox::new();
    sandbox
        .put("live/customizations.yaml", values("600"))
        .put("old.yaml", values("60"));
    std::os::unix::fs::symlink(
        sandbox.0.path().join("old.yaml"),
        sandbox.0.path().join("live/old.yaml"),
    )
    .unwrap();
    assert_eq!(sandbox.timeouts("live").code, 0);
    assert_eq!(
        sandbox.timeouts("live/old.yaml").findings(),
        ["live/old.yaml:7:77"]
    );
}

#[test]
fn a_gitignore_holds_below_its_own_folder_and_no_further() {
    let sandbox = Sandbox::new();
    sandbox
        .put(".gitignore", "*.local.yaml\n!keep.local.yaml\n")
        .put("a/.gitignore", "/only-here.yaml\nout/\n")
        .put("a/only-here.yaml", values("60"))
        .put("a/b/only-here.yaml", values("60"))
        .put("a/out/live.yaml", values("60"))
        .put("b/out/live.yaml", values("60"))
        .put("b/x.local.yaml", values("60"))
        .put("b/keep.local.yaml", values("60"));
    assert_eq!(
        sandbox.timeouts(".").findings(),
        [
            "a/b/only-here.yaml:7:77",
            "b/keep.local.yaml:7:77",
            "b/out/live.yaml:7:77",
        ]
    );
    // A file of a folder above the one that is walked counts too, as it does for git.
    assert_eq!(
        sandbox.timeouts("b").findings(),
        ["b/keep.local.yaml:7:77", "b/out/live.yaml:7:77"]
    );
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_where_it_is_named_and_nowhere_else() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::new();
    let at = |path: &str| sandbox.0.path().join(path);
    sandbox
        .put("deploy/live.yaml", values("60"))
        .put("deploy/more/other.yaml", values("600"))
        .put("outside/old.yaml", values("60"));
    symlink("../live.yaml", at("deploy/more/again.yaml")).unwrap();
    symlink(at("outside"), at("deploy/out")).unwrap();
    symlink(at("deploy"), at("deploy/loop")).unwrap();
    symlink("deploy", at("current")).unwrap();
    assert_eq!(
        sandbox.timeouts("deploy").findings(),
        ["deploy/live.yaml:7:77"]
    );
    let said = sandbox.timeouts("current");
    assert_eq!(said.findings(), ["current/live.yaml:7:77"]);
    assert!(said.out.contains("2 releases in 2 files"), "{}", said.out);
    // One folder by two names is one folder.
    assert_eq!(
        sandbox.timeouts("current deploy").findings(),
        ["current/live.yaml:7:77"]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_shown_with_its_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    let folder = sandbox.0.path().join("deploy");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(
        folder.join(OsStr::from_bytes(b"gr\xf6\xdfe.yaml")),
        values("60"),
    )
    .unwrap();
    std::fs::write(folder.join("new\nline.yaml"), values("60")).unwrap();
    let said = sandbox.timeouts("deploy");
    assert_eq!(
        said.findings(),
        [
            r"deploy/gr\xf6\xdfe.yaml:7:77",
            r"deploy/new\nline.yaml:7:77"
        ],
        "{}",
        said.out
    );
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_an_error_and_the_rest_is_checked() {
    use std::fs::{Permissions, read_dir, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    let at = |path: &str| sandbox.0.path().join(path);
    sandbox
        .put("deploy/live.yaml", values("60"))
        .put("deploy/locked/other.yaml", values("60"))
        .put("deploy/mine.yaml", values("60"));
    let allow = |mode: u32| {
        set_permissions(at("deploy/locked"), Permissions::from_mode(mode)).unwrap();
        set_permissions(at("deploy/mine.yaml"), Permissions::from_mode(mode)).unwrap();
    };
    allow(0o000);
    if read_dir(at("deploy/locked")).is_ok() {
        eprintln!("not checked: this user may read everything");
        allow(0o755);
        return;
    }
    let said = sandbox.timeouts("deploy");
    allow(0o755);
    assert_eq!(said.findings(), ["deploy/live.yaml:7:77"]);
    assert_eq!(
        said.err,
        "error: deploy/locked: cannot be read (permission denied)\nerror: deploy/mine.yaml: cannot be read (permission denied)\n"
    );
    assert_eq!(said.code, 2);
}

#[test]
fn files_of_portolan_itself_are_never_taken_for_values() {
    let sandbox = Sandbox::new();
    sandbox
        .put("live.yaml", values("600"))
        .put("portolan.yaml", "rules: rules\nbaseline: known.yaml\n")
        .put("known.yaml", "version: 1\nfindings: []\n");
    let said = sandbox.run("check --select acme-timeout .");
    assert!(
        said.out
            .contains("checked 1 release in 1 file, 4 files skipped"),
        "{}",
        said.out
    );
    assert_eq!(said.code, 0);
}
