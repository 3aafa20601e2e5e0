using System.Net;
using Propolis.Cli.Output;
using Propolis.Cli.Rest;

namespace Propolis.Cli.Tests;

public sealed class OutputTests
{
    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell()
    {
        var to = new StringWriter { NewLine = "\n" };

        TextTable.Write(to, ["name", "state"], [["a", "Running"], ["longer", "Off"]]);

        Assert.Equal("NAME    STATE\na       Running\nlonger  Off\n", to.ToString());
    }

    [Fact]
    public async Task Json_shows_an_array_where_people_get_a_table()
    {
        var to = new StringWriter();

        await new OutputWriter(to, json: true).TableAsync([1, 2], ("number", n => n.ToString()));

        Assert.Equal("[1,2]", string.Concat(to.ToString().Where(c => !char.IsWhiteSpace(c))));
    }

    [Theory]
    [InlineData("""{"message": "no such VM", "request_id": "x"}""", "no such VM (424 FailedDependency)")]
    [InlineData("""{"title": "Conflict", "detail": "the name is taken"}""", "Conflict: the name is taken (424 FailedDependency)")]
    [InlineData("plain words", "plain words (424 FailedDependency)")]
    [InlineData("", "The server answered 424 FailedDependency.")]
    public void Errors_of_both_kinds_of_server_become_a_sentence(string body, string sentence) =>
        Assert.Equal(sentence, RestErrors.Sentence(HttpStatusCode.FailedDependency, body));
}
