using Propolis.Cli;

return await CliProgram.RunAsync(args, new CommandHost(Console.Out, Console.Error, TimeProvider.System));
