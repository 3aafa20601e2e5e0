using System.CommandLine;

namespace Propolis.Cli;

/// <summary>Arguments that are names or ids: what looks like an option is a mistyped option, not a name.</summary>
static class NameArgument
{
    /// <summary>One that must be there.</summary>
    public static Argument<string> Needed(string name, string description) => Checked(new Argument<string>(name) { Description = description });

    /// <summary>One that may be left out.</summary>
    public static Argument<string?> Optional(string name, string description) => Checked(new Argument<string?>(name) { Description = description, Arity = ArgumentArity.ZeroOrOne });

    static T Checked<T>(T argument)
        where T : Argument
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith('-')) is { } token) result.AddError($"'{token.Value}' is no option of this command.");
        });
        return argument;
    }
}
