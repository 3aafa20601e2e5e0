using System.Net;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Server.Machines;
using Propolis.SpecFiles;
using Propolis.Vmm.Hypervisor.Kvm;

namespace Propolis.Server.Tests;

/// <summary>The server of old, whose devices come from a file.</summary>
public sealed class ConfigurationTests : IDisposable
{
    const string Seed = """
        bootrom = "/path/to/bootrom/OVMF_CODE.fd"

        [block_dev.alpine_iso]
        type = "file"
        path = "/path/to/alpine-extended-3.12.0-x86_64.iso"

        [dev.block0]
        driver = "pci-virtio-block"
        block_dev = "alpine_iso"
        pci-path = "0.4.0"

        [dev.net0]
        driver = "pci-virtio-viona"
        vnic = "vnic_name"
        pci-path = "0.5.0"
        """;

    readonly string _folder = Directory.CreateTempSubdirectory("propolis-config-").FullName;

    [Fact]
    public async Task Its_devices_join_every_VM()
    {
        var file = SpecFile.Parse(Seed, "server.toml");
        await using var server = await TestServer.StartAsync(new FakeFactory(), new KvmHypervisor(), new ConfiguredDevices(file.Components, file.EnablePcie));

        await server.EnsureAsync();

        var spec = ((PresentSpec)(await server.MustAsync<InstanceSpecGetResponse>("GET", "/instance/spec")).Spec).Spec;
        Assert.Equal(["alpine_iso", "block0", "com1", "net0", "net0-backend"], spec.Components.Keys.Select(key => key.Value).Order());
        Assert.Equal("/path/to/alpine-extended-3.12.0-x86_64.iso", ((FileStorageBackend)spec.Components["alpine_iso"]).Path);
        Assert.Equal("/path/to/bootrom/OVMF_CODE.fd", file.Boot!.Bootrom);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_told()
    {
        var file = SpecFile.Parse(Seed.Replace("block0", "com1"), "server.toml");
        await using var server = await TestServer.StartAsync(new FakeFactory(), new KvmHypervisor(), new ConfiguredDevices(file.Components, file.EnablePcie));

        Assert.Contains("\"com1\"", await server.RefusedAsync(HttpStatusCode.BadRequest, "PUT", "/instance", Specs.Ensure(Guid.NewGuid(), Specs.Com1)));
    }

    [Theory]
    [InlineData("server.toml", "", true)]
    [InlineData("server.conf", "bootrom = \"x\"\n", true)]
    [InlineData("firmware.fd", "\0\0\0\0_FVH", false)]
    [InlineData("empty", "", false)]
    public async Task A_configuration_is_told_from_firmware(string name, string content, bool isConfiguration)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, content);

        Assert.Equal(isConfiguration, ServerSource.IsConfiguration(path));
    }

    [Fact]
    public async Task A_mistake_in_the_file_is_told_with_its_place()
    {
        var path = Path.Combine(_folder, "server.toml");
        await File.WriteAllTextAsync(path, "bootrom = \"x\"\n[dev.d]\ndriver = \"pci-virtio-blok\"\n");
        var errors = new StringWriter();

        Assert.Equal(2, await ServerCommand.RunAsync(["run", path, "127.0.0.1:0"], TextWriter.Null, errors));

        Assert.Contains("server.toml:3", errors.ToString());
        Assert.Contains("pci-virtio-block", errors.ToString());
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/metrics")]
    public async Task The_process_answers_those_who_watch_it(string path)
    {
        var hypervisor = new KvmHypervisor();
        Assert.SkipUnless(hypervisor.Probe().IsUsable, hypervisor.Probe().Reason);
        await using var server = await TestServer.StartAsync(new FakeFactory(), hypervisor);
        await server.EnsureAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("GET", path)).Status);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
