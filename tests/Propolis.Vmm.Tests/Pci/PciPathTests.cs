using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Tests.Pci;

public sealed class PciPathTests
{
    [Fact]
    public void Written_form_is_read_back()
    {
        Assert.True(PciPath.TryParse("0.31.7", out var path));
        Assert.Equal(new PciPath(0, 31, 7), path);
        Assert.Equal("0.31.7", path.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0.4")]
    [InlineData("0.32.0")]
    [InlineData("0.4.8")]
    [InlineData("256.0.0")]
    [InlineData("0.4.0.0")]
    [InlineData("0.+4.0")]
    [InlineData(" 0.4.0")]
    public void Anything_else_is_refused(string text) => Assert.False(PciPath.TryParse(text, out _));
}
