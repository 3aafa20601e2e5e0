using Propolis.Standalone.Config;

namespace Propolis.Standalone.Tests.Config;

/// <summary>[cloudinit].</summary>
public sealed class CloudInitConfigTests
{
    [Fact]
    public void Contents_stand_in_the_file_or_in_files()
    {
        var cloudInit = Configs.With("[cloudinit]\nuser-data = '''\n#cloud-config\n'''\nmeta-data-path = 'meta'\n").CloudInit!;
        Assert.Equal(new CloudInitPart("#cloud-config\n", null), cloudInit.UserData);
        Assert.Equal((null, "meta", "[cloudinit] meta-data-path"), (cloudInit.MetaData!.Text, cloudInit.MetaData.Path!.Text, cloudInit.MetaData.Path.Key));
        Assert.Null(cloudInit.NetworkConfig);
    }

    [Fact]
    public void The_other_forms_are_read_too()
    {
        var cloudInit = Configs.With("[cloudinit]\nuser-data-path = 'u'\nmeta-data = ''\nnetwork-config-path = '/n'\n").CloudInit!;
        Assert.Equal(("u", "", "/n"), (cloudInit.UserData!.Path!.Text, cloudInit.MetaData!.Text, cloudInit.NetworkConfig!.Path!.Text));
        Assert.Equal("x", Configs.With("[cloudinit]\nnetwork-config = 'x'").CloudInit!.NetworkConfig!.Text);
    }

    [Theory]
    [InlineData("user-data")]
    [InlineData("meta-data")]
    [InlineData("network-config")]
    public void A_part_has_one_source_of_the_right_type(string key)
    {
        Configs.MoreRefused($"[cloudinit]\n{key} = 'a'\n{key}-path = 'b'",
            $"8:{key.Length + 9}: [cloudinit] {key}-path cannot be set beside {key}; the contents come from one of them.");
        Configs.MoreRefused($"[cloudinit]\n{key} = 1", $"7:{key.Length + 4}: [cloudinit] {key} must be a string, not an integer.");
        Configs.MoreRefused($"[cloudinit]\n{key}-path = 1", $"7:{key.Length + 9}: [cloudinit] {key}-path must be a string, not an integer.");
    }

    [Fact]
    public void An_unknown_part_is_refused() =>
        Configs.MoreRefused("[cloudinit]\nuser_data = 'a'", "7:1: [cloudinit] has no key user_data; perhaps user-data is meant.");
}
