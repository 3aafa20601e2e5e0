using System.Text;
using Propolis.Standalone.Running;

namespace Propolis.Standalone.Tests.Running;

public sealed class TextLinesTests
{
    readonly List<string> _lines = [];

    [Fact]
    public void Characters_become_lines()
    {
        var text = new TextLines(_lines.Add);

        foreach (var character in "PCI: init\r\nnext") text.Write([(byte)character]);

        Assert.Equal(["PCI: init"], _lines);
    }

    [Fact]
    public void Endless_line_is_cut_and_control_characters_are_dropped()
    {
        new TextLines(_lines.Add).Write(Encoding.ASCII.GetBytes("\u001b[2J" + new string('x', 1021)));

        Assert.Equal(["[2J" + new string('x', 1021)], _lines);
    }
}
