using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Tests.Ids;

public sealed class EntityIdTests
{
    [Theory]
    [InlineData("inst-a")]
    [InlineData("inst-6dd1bd0c-6a0e-4d5c-8b6d-000000000001")]
    [InlineData("inst-web_1.north")]
    public void An_id_round_trips(string text)
    {
        var id = Json.RoundTrips<InstanceId>($"\"{text}\"");
        Assert.Equal(text, id.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("inst-")]
    [InlineData("vol-a")]
    [InlineData("inst-A")]
    [InlineData("inst-a/b")]
    [InlineData("inst-a b")]
    [InlineData("inst-ä")]
    [InlineData("10")]
    public void What_is_no_id_is_refused(string text) => Assert.Contains("\"inst-\"", Json.Refuses<InstanceId>($"\"{text}\""), StringComparison.Ordinal);

    [Fact]
    public void An_id_is_at_most_64_characters_and_its_prefix()
    {
        Assert.True(EntityId.TryParse<SledId>("sled-" + new string('a', 64), out _));
        Assert.False(EntityId.TryParse<SledId>("sled-" + new string('a', 65), out _));
    }
}
