using Propolis.Standalone.Config;
using Propolis.Standalone.Running;

namespace Propolis.Standalone.Tests.Running;

public sealed class CloudInitContentsTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("cloudinit").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Files_by_path_are_read_once_and_needed_no_more()
    {
        var file = Path.Combine(_folder, "user");
        File.WriteAllText(file, "#!/bin/sh\n");
        var config = Parse($"user-data-path = '{file}'\nmeta-data = 'local-hostname: a'");

        var files = CloudInitContents.Read(config.CloudInit);
        File.Delete(file);
        var whole = CloudInitContents.PutInto(config, files);

        Assert.Equal("#!/bin/sh\n"u8.ToArray(), files["cloudinit/user-data"].ToArray());
        Assert.Single(files);
        Assert.Equal("#!/bin/sh\n"u8.ToArray(), whole.CloudInit!.UserData!.Contents!.Value.ToArray());
        Assert.Equal("local-hostname: a", whole.CloudInit.MetaData!.Text);
        Assert.Null(whole.CloudInit.NetworkConfig);
        Assert.DoesNotContain(ConfigFiles.Of(whole), named => named.Path.FullPath == file);
    }

    [Fact]
    public void A_snapshot_of_before_leaves_paths_as_they_are()
    {
        var config = Parse("user-data-path = '/somewhere/user'");

        var whole = CloudInitContents.PutInto(config, new Dictionary<string, ReadOnlyMemory<byte>>());

        Assert.Equal("/somewhere/user", whole.CloudInit!.UserData!.Path!.FullPath);
    }

    [Fact]
    public void Without_cloud_init_there_is_nothing()
    {
        var config = MachineConfigFile.Parse("[main]\nname = 'a'\ncpus = 1\nmemory = 512\nkernel = '/k'\n", "/vm.toml");

        Assert.Empty(CloudInitContents.Read(config.CloudInit));
        Assert.Same(config, CloudInitContents.PutInto(config, new Dictionary<string, ReadOnlyMemory<byte>>()));
    }

    static MachineConfig Parse(string cloudInit) =>
        MachineConfigFile.Parse($"[main]\nname = 'a'\ncpus = 1\nmemory = 512\nkernel = '/k'\n[cloudinit]\n{cloudInit}\n", "/vm.toml");
}
