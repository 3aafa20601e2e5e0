using Propolis.Standalone.Config;
using Propolis.Toml;

namespace Propolis.Standalone.Tests.Config;

/// <summary>The files that a configuration names: their list, their checks, and the command that prints them.</summary>
public sealed class ConfigFilesTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("propolis-config");

    public void Dispose() => _folder.Delete(recursive: true);

    string In(string name) => Path.Combine(_folder.FullName, name);

    string Made(string name, int length = 4096)
    {
        File.WriteAllBytes(In(name), new byte[length]);
        return In(name);
    }

    string Configuration(string boot, string more = "")
    {
        File.WriteAllText(In("c.toml"), $"[main]\nname = 'vm'\ncpus = 1\nmemory = 64\n{boot}\n{more}");
        return In("c.toml");
    }

    void Refused(string config, string sentence) =>
        Assert.Equal($"{In("c.toml")}:{sentence}", Assert.Throws<ConfigException>(() => MachineConfigFile.Load(config)).Message);

    const string Tls = "cert_pem = '/t/cert'\nkey_pem = '/t/key'\nroot_cert_pem = '/t/root'\n";

    [Fact]
    public void Every_file_is_listed_with_its_use()
    {
        var config = Configs.Parse("[main]\nname = 'vm'\ncpus = 1\nmemory = 64\nbootrom = '/b.fd'\nuefi_vars = '/v.fd'\n"
            + "[block_dev.rw]\ntype = 'file'\npath = '/rw.img'\n[block_dev.ro]\ntype = 'file'\npath = '/ro.img'\nread_only = true\n"
            + "[block_dev.m]\ntype = 'mem-async'\nsize = 512\n[block_dev.ci]\ntype = 'cloudinit'\n"
            + "[block_dev.c]\ntype = 'crucible'\nblock_size = 512\nblocks_per_extent = 1\nextent_count = 1\ngeneration = 1\n"
            + "targets = ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3']\n" + Tls
            + "[cloudinit]\nuser-data-path = '/u'\nmeta-data-path = '/m'\nnetwork-config-path = '/n'\n");
        Assert.Equal(
            ["r\t/b.fd", "w\t/v.fd", "w\t/rw.img", "r\t/ro.img", "r\t/t/cert", "r\t/t/key", "r\t/t/root", "r\t/u", "r\t/m", "r\t/n"],
            ConfigFiles.Lines(config));
    }

    [Fact]
    public void The_generations_of_crucible_disks_are_kept_beside_the_configuration()
    {
        var config = Configs.With("[block_dev.c]\ntype = 'crucible'\nblock_size = 512\nblocks_per_extent = 1\nextent_count = 1\n"
            + "targets = ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3']\n");
        Assert.Contains($"w\t{Environment.CurrentDirectory}/c.toml.generations", ConfigFiles.Lines(config));
    }

    [Fact]
    public void Kernel_and_initrd_are_listed_relative_to_the_current_directory() =>
        Assert.Equal([$"r\t{Environment.CurrentDirectory}/k", "r\t/i"],
            ConfigFiles.Lines(Configs.Parse("[main]\nname = 'vm'\ncpus = 1\nmemory = 64\nkernel = './x/../k'\ninitrd = '/i'")));

    [Fact]
    public void A_file_named_twice_is_listed_once() =>
        Assert.Equal(["r\t/k"], ConfigFiles.Lines(Configs.Parse("[main]\nname = 'vm'\ncpus = 1\nmemory = 64\nkernel = '/k'\ninitrd = '/k'")));

    [Fact]
    public void The_command_prints_the_list_though_files_are_missing()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(0, FilesCommand.Run(Configuration("kernel = '/k'\ninitrd = '/i'"), output, error));
        Assert.Equal("r\t/k\nr\t/i\n", output.ToString());
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public void The_command_says_what_is_wrong_and_returns_2()
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(2, FilesCommand.Run(In("none.toml"), output, error));
        Assert.Equal("", output.ToString());
        Assert.Equal(In("none.toml") + ": there is no such file.\n", error.ToString());
    }

    [Fact]
    public void A_configuration_whose_files_are_there_is_loaded()
    {
        var config = MachineConfigFile.Load(Configuration(
            $"bootrom = '{Made("b.fd", 2 * 1024 * 1024)}'\nuefi_vars = '{In("new.fd")}'",
            $"[block_dev.a]\ntype = 'file'\npath = '{Made("a.img")}'\n[cloudinit]\nuser-data-path = '{Made("u", 0)}'"));
        Assert.Equal("vm", config.Main.Name);
        Assert.False(File.Exists(In("new.fd")));
    }

    [Fact]
    public void A_device_node_may_be_a_disk() =>
        Assert.Single(MachineConfigFile.Load(Configuration($"kernel = '{Made("k")}'", "[block_dev.a]\ntype = 'file'\npath = '/dev/null'")).BlockDevices);

    [Theory]
    [InlineData("bootrom = 'FILE'", "5:11: [main] bootrom")]
    [InlineData("kernel = 'FILE'", "5:10: [main] kernel")]
    [InlineData("kernel = 'HERE'\ninitrd = 'FILE'", "6:10: [main] initrd")]
    [InlineData("kernel = 'HERE'\n[block_dev.a]\ntype = 'file'\npath = 'FILE'", "8:8: [block_dev.a] path")]
    [InlineData("kernel = 'HERE'\n[cloudinit]\nuser-data-path = 'FILE'", "7:18: [cloudinit] user-data-path")]
    [InlineData("kernel = 'HERE'\n[cloudinit]\nmeta-data-path = 'FILE'", "7:18: [cloudinit] meta-data-path")]
    [InlineData("kernel = 'HERE'\n[cloudinit]\nnetwork-config-path = 'FILE'", "7:23: [cloudinit] network-config-path")]
    public void A_missing_file_is_refused(string keys, string start)
    {
        var here = Made("here");
        string Written(string file) => Configuration(keys.Replace("FILE", file, StringComparison.Ordinal).Replace("HERE", here, StringComparison.Ordinal));
        Refused(Written(In("no")), $"{start} \"{In("no")}\" does not exist.");
        Refused(Written("no/where"), $"{start} \"no/where\" does not exist; a relative path starts at the configuration's folder, {_folder.FullName}.");
        Refused(Written(_folder.FullName), $"{start} \"{_folder.FullName}\" is a directory, and a file is needed.");
    }

    [Fact]
    public void The_folder_of_new_variables_must_be_there() =>
        Refused(Configuration($"bootrom = '{Made("b.fd")}'\nuefi_vars = '{In("no/v.fd")}'"),
            $"6:13: [main] uefi_vars \"{In("no/v.fd")}\" cannot be made, because its folder does not exist.");

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(4097)]
    [InlineData(16 * 1024 * 1024 + 4096)]
    public void A_bootrom_has_whole_pages_and_an_end(int length)
    {
        var path = Made("b.fd", length);
        Refused(Configuration($"bootrom = '{path}'"),
            $"5:11: [main] bootrom \"{path}\" has {length} bytes; a boot ROM has whole pages of 4096 bytes and at most 16777216.");
    }

    [Fact]
    public void A_link_counts_as_the_file_behind_it()
    {
        File.CreateSymbolicLink(In("link"), Made("b.fd"));
        File.CreateSymbolicLink(In("link2"), In("link"));
        MachineConfigFile.Load(Configuration($"bootrom = '{In("link2")}'"));
        Refused(Configuration($"bootrom = '{In("link")}'", $"[block_dev.a]\ntype = 'file'\npath = '{In("link2")}'"),
            $"8:8: [block_dev.a] path \"{In("link2")}\" is also named by [main] bootrom, and one of them writes to it; give each a file of its own.");
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_a_missing_file()
    {
        File.CreateSymbolicLink(In("link"), In("no"));
        File.CreateSymbolicLink(In("loop"), In("loop"));
        Refused(Configuration($"kernel = '{In("link")}'"), $"5:10: [main] kernel \"{In("link")}\" does not exist.");
        Refused(Configuration($"kernel = '{In("loop")}'"), $"5:10: [main] kernel \"{In("loop")}\" does not exist.");
    }

    [Fact]
    public void Two_disks_cannot_write_to_one_file()
    {
        var image = Made("a.img");
        var second = $"[block_dev.b]\ntype = 'file'\npath = '{_folder.FullName}/./a.img'\n";
        var config = Configuration($"kernel = '{Made("k")}'", $"[block_dev.a]\ntype = 'file'\npath = '{image}'\nread_only = true\n{second}");
        Refused(config, $"12:8: [block_dev.b] path \"{_folder.FullName}/./a.img\" is also named by [block_dev.a] path, "
            + "and one of them writes to it; give each a file of its own.");
        Assert.Equal(2, MachineConfigFile.Load(Configuration($"kernel = '{Made("k")}'",
            $"[block_dev.a]\ntype = 'file'\npath = '{image}'\nread_only = true\n{second}read_only = true")).BlockDevices.Count);
    }

    [Fact]
    public void A_disk_cannot_write_to_what_boots()
    {
        var kernel = Made("k");
        Refused(Configuration($"kernel = '{kernel}'", $"[block_dev.a]\ntype = 'file'\npath = '{kernel}'"),
            $"8:8: [block_dev.a] path \"{kernel}\" is also named by [main] kernel, and one of them writes to it; give each a file of its own.");
    }
}
